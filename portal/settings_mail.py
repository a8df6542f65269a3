"""Settings of mailboxes on advisors' own domains."""

from portal.lib import env

# The records that lead mail to the provider, `preference host` each, and who may send in its domains' name.
MAILBOX_MX = env.words("MAILBOX_MX", ["10 mx1.emailsrvr.com", "20 mx2.emailsrvr.com"])
MAILBOX_SPF = env.text("MAILBOX_SPF", "v=spf1 include:emailsrvr.com ~all")
# The name server that is asked for them, `address` or `address:port`; empty: the system's, "none": nobody is asked.
MAILBOX_DNS = env.words("MAILBOX_DNS", [])
