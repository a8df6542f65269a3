"""The posting stages of the night, by the names under which portal.nightly runs them."""

from fees.posting.close import close_chunk
from fees.posting.posting import post_chunk
from fees.posting.reconcile import reconcile_stage
from fees.posting.seal import seal_stage
from fees.posting.sweep import sweep_stage

__all__ = ["close_chunk", "post_chunk", "reconcile_stage", "seal_stage", "sweep_stage"]
