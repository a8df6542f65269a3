"""API addresses of fee templates."""

from django.urls import path

from fees.patterns.api import (
    DefaultFeeTemplate,
    FeeTemplateJob,
    FeeTemplates,
    OneFeeTemplate,
    ReviewFeeTemplate,
    ReviewFeeTerms,
    SendFeeTemplate,
)

urlpatterns = [
    path("fee-templates/", FeeTemplates.as_view(), name="api_fee_templates"),
    path("fee-templates/<uuid:template>/", OneFeeTemplate.as_view(), name="api_fee_template"),
    path("fee-templates/<uuid:template>/default/", DefaultFeeTemplate.as_view(), name="api_default_fee_template"),
    path("fee-templates/<uuid:template>/review/", ReviewFeeTemplate.as_view(), name="api_review_fee_template"),
    path("fee-terms/review/", ReviewFeeTerms.as_view(), name="api_review_fee_terms"),
    path("fee-template-jobs/<uuid:task>/", FeeTemplateJob.as_view(), name="api_fee_template_job"),
    path("fee-template-jobs/<uuid:task>/send/", SendFeeTemplate.as_view(), name="api_send_fee_template"),
]
