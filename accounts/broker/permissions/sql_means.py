"""The means that an owner states with a request: written with the other facts, and fixed by the signature like them."""

MEANS = """
GRANT UPDATE (income, net_worth, liquid_worth) ON broker_permissionrequest TO portal_web, portal_worker;
DROP TRIGGER broker_permissionrequest_signed ON broker_permissionrequest;
CREATE TRIGGER broker_permissionrequest_signed BEFORE UPDATE OF wanted, objective, experience, income, net_worth,
    liquid_worth, language, document, document_hash, signed_name, signed_at, signed_by, signed_address, signed_agent,
    signed_session, due_at
    ON broker_permissionrequest FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION app_refuse_change();
"""
