"""SQL that the migrations install: the partitioned daily values, and what the night may ask of their owner."""

# The column order leaves no padding: date and integer share eight bytes, then the bigint.
NAV_DAILY = """
CREATE TABLE broker_navdaily (
    nav_date date NOT NULL,
    file_id integer,
    account_id bigint NOT NULL,
    nlv numeric(20, 4) NOT NULL,
    flow numeric(20, 4) NOT NULL DEFAULT 0,
    currency varchar(3) NOT NULL,
    PRIMARY KEY (nav_date, account_id)
) PARTITION BY RANGE (nav_date);
"""

# Only the owner may create tables; the night may ask for months, and for nothing else. Attaching a finished table
# locks out no reader. A partition is reached through its parent alone: no role has a right on it.
PARTITIONS = """
CREATE FUNCTION broker_ensure_partitions(first date, last date) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', first)::date;
    part text;
    made integer := 0;
BEGIN
    IF first IS NULL OR last IS NULL OR last < first OR first < DATE '1970-01-01' OR last > DATE '2199-12-31'
       OR last - first > 36600 THEN
        RAISE EXCEPTION 'no partitions from % to %', first, last USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WHILE month <= last LOOP
        part := 'broker_navdaily_' || to_char(month, 'YYYYMM');
        IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN
            PERFORM pg_advisory_xact_lock(hashtext('broker_ensure_partitions'));
            -- Asked again as a query: to_regclass answers from a cache that does not know what others did meanwhile.
            IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN
                EXECUTE format('CREATE TABLE public.%I (LIKE public.broker_navdaily INCLUDING DEFAULTS)', part);
                EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC, portal_web, portal_worker, portal_night,'
                               ' portal_office', part);
                EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
                EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', part);
                EXECUTE format('CREATE POLICY owner_all ON public.%I TO portal_owner USING (true) WITH CHECK (true)',
                               part);
                EXECUTE format('ALTER TABLE public.broker_navdaily ATTACH PARTITION public.%I'
                               ' FOR VALUES FROM (%L) TO (%L)', part, month, (month + interval '1 month')::date);
                made := made + 1;
            END IF;
        END IF;
        month := (month + interval '1 month')::date;
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION broker_analyze_nav(day date) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF to_regclass('public.broker_navdaily_' || to_char(day, 'YYYYMM')) IS NOT NULL THEN
        EXECUTE format('ANALYZE public.%I', 'broker_navdaily_' || to_char(day, 'YYYYMM'));
    END IF;
END $$;

REVOKE ALL ON FUNCTION broker_ensure_partitions(date, date), broker_analyze_nav(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION broker_ensure_partitions(date, date), broker_analyze_nav(date) TO portal_night;
"""

PARTITIONS_BACK = """
DROP FUNCTION broker_ensure_partitions(date, date);
DROP FUNCTION broker_analyze_nav(date);
"""

# The rate of a day: as stated, else the inverse, else through one currency that has both. NULL where nothing is known.
RATES = """
CREATE FUNCTION broker_rate(the_day date, from_code text, to_code text) RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN from_code = to_code THEN 1::numeric ELSE coalesce(
        (SELECT rate FROM broker_fxrate WHERE day = the_day AND from_currency = from_code AND to_currency = to_code),
        (SELECT round(1 / rate, 10) FROM broker_fxrate
          WHERE day = the_day AND from_currency = to_code AND to_currency = from_code),
        (SELECT round(one.rate / two.rate, 10) FROM broker_fxrate one JOIN broker_fxrate two
             ON two.day = one.day AND two.to_currency = one.to_currency
          WHERE one.day = the_day AND one.from_currency = from_code AND two.from_currency = to_code
          ORDER BY one.to_currency LIMIT 1)) END
$$;
"""

# The import fills temporary tables; embedded servers give that right to nobody by default.
TEMPORARY_TABLES = """
DO $$ BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO portal_night', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'portal_night needs: GRANT TEMPORARY ON DATABASE %', current_database();
END $$;
"""


def on_update(table: str, *columns: str) -> str:
    """A trigger that writes a correction to the trail; inserting, the common case, pays nothing."""
    names = ", ".join(f"'{name}'" for name in columns)
    return (
        f"CREATE TRIGGER {table}_trail AFTER UPDATE ON {table} FOR EACH ROW"
        f" WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION app_write_trail({names})"
    )
