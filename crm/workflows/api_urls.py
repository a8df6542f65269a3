"""API addresses of workflows."""

from django.urls import path

from crm.workflows.api import OneWorkflow, StageEnd, WorkflowBack, WorkflowMove, WorkflowOpen, Workflows
from crm.workflows.pattern_api import OnePattern, PatternBack, Patterns

urlpatterns = [
    path("workflow-templates/", Patterns.as_view(), name="api_patterns"),
    path("workflow-templates/<uuid:pattern>/", OnePattern.as_view(), name="api_pattern"),
    path("workflow-templates/<uuid:pattern>/back/", PatternBack.as_view(), name="api_pattern_back"),
    path("workflows/", Workflows.as_view(), name="api_workflows"),
    path("workflows/<uuid:workflow>/", OneWorkflow.as_view(), name="api_workflow"),
    path("workflows/<uuid:workflow>/stages/<uuid:stage>/", StageEnd.as_view(), name="api_stage"),
    path("workflows/<uuid:workflow>/move/", WorkflowMove.as_view(), name="api_workflow_move"),
    path("workflows/<uuid:workflow>/open/", WorkflowOpen.as_view(), name="api_workflow_open"),
    path("workflows/<uuid:workflow>/back/", WorkflowBack.as_view(), name="api_workflow_back"),
]
