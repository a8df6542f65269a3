"""How many rows of a file were taken is the number of invoices that name it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fees", "0014_terms")]

    operations = [migrations.RemoveField(model_name="invoiceupload", name="accepted")]
