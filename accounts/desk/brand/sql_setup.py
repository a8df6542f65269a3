"""SQL that a migration installs: which brand somebody is shown. Each id belongs to one practice, whatever its case."""

ONE_PRACTICE = """
ALTER TABLE desk_brandversion ADD CONSTRAINT brand_id_of_one_practice
    EXCLUDE USING gist (lower(brand_id) WITH =, practice_id WITH <>);
"""

# SECURITY DEFINER because clients see no rows of brands, nor the practice above their own; only what holds for them.
BRAND = """
CREATE FUNCTION desk_brand_at(the_time timestamptz) RETURNS TABLE (name text, banner_sha256 text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.name::text, v.banner_sha256::text
      FROM accounts_practice p
     CROSS JOIN LATERAL (
           SELECT b.name, b.banner_sha256 FROM desk_brandversion b
            WHERE b.practice_id = p.id AND b.effective_at <= the_time
            ORDER BY b.effective_at DESC, b.saved_at DESC LIMIT 1) v
     WHERE p.firm_id = app_firm() AND p.is_registered AND v.name <> ''
       AND (p.level = 1 OR p.id = CASE app_reach()
            WHEN 'accounts' THEN (SELECT a.practice_id FROM accounts_account a
                                   WHERE a.id = ANY (app_accounts()) ORDER BY a.id LIMIT 1)
            ELSE app_practice() END)
     ORDER BY p.level DESC LIMIT 1
$$;

CREATE FUNCTION desk_banner(the_sha text, the_time timestamptz) RETURNS TABLE (content bytea, kind text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.banner, b.banner_kind::text FROM desk_brandversion b
     WHERE b.banner_sha256 = the_sha AND b.banner IS NOT NULL AND b.firm_id = app_firm()
       AND (b.practice_id = app_practice()
            OR EXISTS (SELECT 1 FROM desk_brand_at(the_time) now WHERE now.banner_sha256 = the_sha))
     LIMIT 1
$$;
REVOKE ALL ON FUNCTION desk_brand_at(timestamptz), desk_banner(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_brand_at(timestamptz), desk_banner(text, timestamptz) TO portal_web, portal_worker;
"""

# The brand that a link to the sign-in page names, for somebody who is not known yet: only what holds, and only its name
# and banner. Whose practice it is, is told to nobody.
AT_THE_DOOR = """
CREATE FUNCTION desk_brand_of_link(the_id text, the_time timestamptz)
    RETURNS TABLE (name text, banner_sha256 text, content bytea, kind text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.name::text, v.banner_sha256::text, v.banner, v.banner_kind::text
      FROM (SELECT DISTINCT b.practice_id FROM desk_brandversion b WHERE lower(b.brand_id) = lower(the_id)) named
      JOIN accounts_practice p ON p.id = named.practice_id AND p.is_registered
     CROSS JOIN LATERAL (
           SELECT b.* FROM desk_brandversion b
            WHERE b.practice_id = p.id AND b.effective_at <= the_time
            ORDER BY b.effective_at DESC, b.saved_at DESC LIMIT 1) v
     WHERE lower(v.brand_id) = lower(the_id) AND v.name <> ''
$$;
REVOKE ALL ON FUNCTION desk_brand_of_link(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION desk_brand_of_link(text, timestamptz) TO portal_web;
"""
