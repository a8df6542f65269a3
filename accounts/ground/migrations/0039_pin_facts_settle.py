"""What was verified of a client serves after three days, codes are worked out and counted, and late questions expire."""

from django.db import migrations, models

from accounts.ground.consents import sql_setup as consents

ALIVE = """
DROP FUNCTION app_pin_link(text, timestamptz);
CREATE FUNCTION app_pin_link(the_hash text, the_at timestamptz)
    RETURNS TABLE (link_id uuid, consent_id uuid, party_id bigint, user_id bigint, seat_id bigint, mobile_end text,
                   question_one text, question_two text, has_pin boolean, code_made_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.id, l.consent_id, l.party_id, s.user_id, s.id, l.mobile_end::text, f.question_one::text,
           f.question_two::text, f.pin <> '', CASE WHEN l.code <> '' THEN l.code_made_at END
      FROM accounts_pinlink l
      JOIN accounts_consent c ON c.id = l.consent_id AND c.state = 'waiting' AND c.expires_at > the_at
      JOIN accounts_seat s ON s.id = l.seat_id AND s.is_active
      JOIN accounts_user u ON u.id = s.user_id AND u.is_active
      JOIN accounts_clientright r ON r.party_id = l.party_id AND r.account_id = l.account_id AND r.may_sign
      JOIN accounts_party p ON p.id = l.party_id AND p.residence = 'USA' AND NOT p.is_organisation
      JOIN accounts_pinfact f ON f.party_id = l.party_id AND f.verified_at <= the_at - interval '72 hours'
     WHERE l.link_hash = the_hash AND l.used_at IS NULL AND l.ended_at IS NULL AND l.expires_at > the_at
$$;
"""

RECIPIENT = """
DROP FUNCTION app_pin_recipient(uuid);
CREATE FUNCTION app_pin_recipient(the_consent uuid)
    RETURNS TABLE (party_id bigint, seat_id bigint, user_id bigint, has_mail boolean, mobile text,
                   works_from timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, s.id, u.id, u.email <> '', coalesce(f.mobile, '')::text, f.verified_at + interval '72 hours'
      FROM accounts_consent c
      JOIN accounts_clientright r ON r.account_id = c.account_id AND r.may_sign
      JOIN accounts_party p ON p.id = r.party_id AND p.residence = 'USA' AND NOT p.is_organisation
      JOIN accounts_seat s ON s.party_id = p.id AND s.role = 'client' AND s.standing = 'primary' AND s.is_active
      JOIN accounts_user u ON u.id = s.user_id AND u.is_active
      LEFT JOIN accounts_pinfact f ON f.party_id = p.id
     WHERE c.id = the_consent AND c.firm_id = app_firm() AND c.practice_id = app_practice()
       AND app_role() IN ('top', 'second')
       AND (app_reach() <> 'accounts' OR c.account_id = ANY (app_accounts()::bigint[]))
     ORDER BY f.party_id IS NULL, u.email = '', f.verified_at, p.id LIMIT 1
$$;
"""

SEND = """
CREATE OR REPLACE FUNCTION app_send_pin_link(the_link uuid, the_consent uuid, the_hash text, the_at timestamptz,
                                             the_end timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE client record;
BEGIN
    SELECT * INTO client FROM app_pin_recipient(the_consent);
    IF client.party_id IS NULL OR client.mobile = '' OR NOT client.has_mail OR client.works_from > the_at THEN
        RETURN NULL;
    END IF;
    UPDATE accounts_pinlink SET ended_at = the_at
     WHERE consent_id = the_consent AND used_at IS NULL AND ended_at IS NULL;
    INSERT INTO accounts_pinlink (id, firm_id, practice_id, account_id, consent_id, party_id, seat_id, link_hash,
                                  mobile_end, sent_by, sent_at, expires_at, code, codes_sent, wrong)
    SELECT the_link, c.firm_id, c.practice_id, c.account_id, c.id, client.party_id, client.seat_id, the_hash,
           right(client.mobile, 4), app_user(), the_at, least(the_end, c.expires_at), '', 0, 0
      FROM accounts_consent c WHERE c.id = the_consent AND c.state = 'waiting' AND c.expires_at > the_at;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN client.user_id;
END $$;
"""

# A code goes to the number in the books and nowhere else; the same one again while it lives, so it is worked out.
CODE = """
DROP FUNCTION app_pin_code(text, text, text, timestamptz, int, interval);
CREATE FUNCTION app_pin_code(the_hash text, the_mark text, the_made timestamptz, the_words text, the_cost numeric,
                             the_at timestamptz, the_wait interval, the_life interval, the_most int, the_most_a_day int)
    RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE held accounts_pinlink; number text; before bigint;
BEGIN
    SELECT l.* INTO held FROM accounts_pinlink l
     WHERE l.id = (SELECT link_id FROM app_pin_link(the_hash, the_at)) FOR UPDATE;
    IF held.id IS NULL OR held.used_at IS NOT NULL OR held.ended_at IS NOT NULL THEN
        RETURN 'gone';
    ELSIF held.code_sent_at > the_at - the_wait THEN
        RETURN 'wait';
    END IF;
    SELECT f.mobile INTO number FROM accounts_pinfact f WHERE f.party_id = held.party_id;
    SELECT sum(l.codes_sent) INTO before FROM accounts_pinlink l JOIN accounts_pinfact f ON f.party_id = l.party_id
     WHERE f.mobile = number AND l.code_sent_at > the_at - interval '1 day';
    IF held.codes_sent >= the_most OR before >= the_most_a_day THEN
        RETURN 'limit';
    END IF;
    UPDATE accounts_pinlink SET
        code = the_mark, code_made_at = the_made, code_sent_at = the_at, codes_sent = codes_sent + 1,
        cost = cost + the_cost,
        code_wrong = CASE WHEN held.code <> '' AND held.code_made_at = the_made THEN code_wrong ELSE 0 END
     WHERE id = held.id;
    INSERT INTO accounts_outboxmessage (id, firm_id, channel, recipient, subject, body, natural_key, is_secret, ends_at,
                                        attempts, last_error)
    VALUES (gen_random_uuid(), held.firm_id, 'sms', number, '', the_words,
            'pin link ' || held.id || ' code ' || held.codes_sent + 1, true, the_made + the_life, 0, '');
    RETURN 'sent';
END $$;
"""

# Every wrong proof counts against the link, whatever it was; the last one ends it, and a code takes fewer.
PROVE = """
DROP FUNCTION app_pin_prove(text, text, text[], text[], timestamptz, int, interval, interval);
CREATE FUNCTION app_pin_prove(the_hash text, the_step text, the_marks text[], the_others text[], the_at timestamptz,
                              the_most int, the_tries int, the_code_life interval, the_proof_life interval) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE held accounts_pinlink; facts accounts_pinfact; is_right boolean;
BEGIN
    SELECT l.* INTO held FROM accounts_pinlink l
     WHERE l.id = (SELECT link_id FROM app_pin_link(the_hash, the_at)) FOR UPDATE;
    IF held.id IS NULL OR held.used_at IS NOT NULL OR held.ended_at IS NOT NULL THEN
        RETURN 'gone';
    END IF;
    SELECT f.* INTO facts FROM accounts_pinfact f WHERE f.party_id = held.party_id FOR UPDATE;
    IF the_step = 'mobile' THEN
        is_right := held.code <> '' AND held.code = ANY (the_marks) AND held.code_made_at > the_at - the_code_life;
    ELSIF held.mobile_proved_at IS NULL OR held.mobile_proved_at <= the_at - the_proof_life THEN
        RETURN 'late';
    ELSIF the_step = 'answers' THEN
        is_right := facts.answer_one = ANY (the_marks) AND facts.answer_two = ANY (the_others);
    ELSIF held.answers_proved_at IS NULL OR held.answers_proved_at <= the_at - the_proof_life THEN
        RETURN 'late';
    ELSIF the_step = 'decline' THEN
        is_right := true;
    ELSIF the_step = 'pin' AND facts.pin = '' THEN
        UPDATE accounts_pinfact SET pin = the_marks[1] WHERE party_id = facts.party_id;
        is_right := true;
    ELSE
        is_right := the_step = 'pin' AND facts.pin = ANY (the_marks);
    END IF;
    UPDATE accounts_pinlink SET
        wrong = wrong + CASE WHEN is_right THEN 0 ELSE 1 END,
        ended_at = CASE WHEN NOT is_right AND wrong + 1 >= the_most THEN the_at ELSE ended_at END,
        code = CASE WHEN the_step = 'mobile' AND (is_right OR code_wrong + 1 >= the_tries) THEN '' ELSE code END,
        code_wrong = code_wrong + CASE WHEN the_step = 'mobile' AND NOT is_right THEN 1 ELSE 0 END,
        mobile_proved_at = CASE WHEN is_right AND the_step = 'mobile' THEN the_at ELSE mobile_proved_at END,
        answers_proved_at = CASE WHEN is_right AND the_step = 'answers' THEN the_at ELSE answers_proved_at END,
        used_at = CASE WHEN is_right AND the_step IN ('pin', 'decline') THEN the_at ELSE used_at END
     WHERE id = held.id;
    RETURN CASE WHEN is_right THEN 'right' WHEN held.wrong + 1 >= the_most THEN 'gone' ELSE 'wrong' END;
END $$;
"""

GRANTS = """
REVOKE ALL ON FUNCTION app_pin_link(text, timestamptz), app_pin_recipient(uuid),
    app_pin_code(text, text, timestamptz, text, numeric, timestamptz, interval, interval, int, int),
    app_pin_prove(text, text, text[], text[], timestamptz, int, int, interval, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_pin_link(text, timestamptz), app_pin_recipient(uuid),
    app_pin_code(text, text, timestamptz, text, numeric, timestamptz, interval, interval, int, int),
    app_pin_prove(text, text, text[], text[], timestamptz, int, int, interval, interval) TO portal_web;
"""

# An advisor who leaves takes closings back; what is late by then has expired, though the night has not said so yet.
EXPIRED = f"""
ALTER POLICY page_update ON accounts_consent WITH CHECK ({consents.CHANGED}
    OR {consents.ADVISES} AND state = 'expired' AND decided_by IS NULL AND expires_at <= clock_timestamp());
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0038_pin_links")]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="ends_at",
            field=models.DateTimeField(help_text="Afterwards it is worth nothing, and is not sent", null=True),
        ),
        migrations.AddField(
            model_name="pinlink",
            name="code_made_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pinlink",
            name="code_wrong",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="pinlink",
            name="cost",
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, help_text="US dollars", max_digits=8),
        ),
        migrations.AddIndex(
            model_name="pinlink", index=models.Index(fields=["code_sent_at"], name="pin_link_code_sent")
        ),
        *[
            migrations.RunSQL(step, reverse_sql=migrations.RunSQL.noop)
            for step in (ALIVE, RECIPIENT, SEND, CODE, PROVE, GRANTS, EXPIRED)
        ],
    ]
