"""How the API answers and describes itself; portal.settings takes both names."""

from portal.version import version

REST_FRAMEWORK = {
    # A session or a token of one's own; HTTP Basic would be a way round the second factor.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.ground.tokens.authentication.Gated",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.ground.access.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "COERCE_DECIMAL_TO_STRING": True,
    "DEFAULT_PAGINATION_CLASS": "accounts.ground.api_pages.Pages",
    "EXCEPTION_HANDLER": "portal.problems.problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Advisor Portal",
    "VERSION": version(),
    "SERVE_INCLUDE_SCHEMA": False,
    # Fields that share a name and not a list of values.
    "ENUM_NAME_OVERRIDES": {
        "AccountKind": "accounts.ground.tree.models.Kind",
        "AccountStatus": "accounts.ground.tree.models.Status",
        "RequestKind": "accounts.ground.requests.models.RequestKind",
        "RequestStatus": "accounts.ground.requests.models.RequestStatus",
        "AllocationMethod": "accounts.broker.allocation.models.Method",
        "NotificationKind": "accounts.ground.notifications.models.NotificationKind",
        "FundingKind": "accounts.broker.funding.models.FundingKind",
        "TransactionStatus": "portal.transactions.rules.Status",
        "InvoiceState": "fees.sending.models.State",
        "NightDecisionKind": "accounts.ground.runs.models.DecisionKind",
        "DifferenceKind": "portal.office.api.KINDS",
        "CurrencyCode": "accounts.ground.tree.models.CURRENCIES",
        "JobState": "accounts.ground.jobs.models.JobState",
        "PaidBy": "fees.minimums.api.PAYER_NAMES",
        "ApplicationKind": "accounts.desk.applying.kinds.CHOICES",
        "ApplicationMethod": "accounts.desk.applying.models.Method",
        "InvitationState": "accounts.ground.invitations.models.InvitationState",
        "MassUploadKind": "portal.mass_upload.reading.KIND_NAMES",
        "ContactKind": "crm.contacts.models.Kind",
        "ContactState": "crm.contacts.models.State",
        "IntakeState": "crm.contacts.intakes.IntakeState",
        "ThreadKind": "accounts.desk.messages.models.ThreadKind",
        "ThreadState": "accounts.desk.messages.models.ThreadState",
        "ThreadSide": "accounts.desk.messages.models.Side",
        "AskedSide": "portal.office.tickets.api.ASKED",
        "NextTicketState": "portal.office.tickets.api.NEXT",
        "TaskState": "crm.tasks.models.TaskState",
        "TaskPriority": "crm.tasks.models.Priority",
        "StageState": "crm.workflows.models.StageState",
        "WorkflowAudience": "crm.workflows.models.Audience",
        "EventVisibility": "crm.calendar.models.Visibility",
        "DistributionReason": "portal.tools.rmd.api.NAMES",
        "GoalKind": "portal.tools.goals.models.KINDS",
        "ClientQueryKind": "portal.tools.inquiries.models.KINDS",
    },
}
