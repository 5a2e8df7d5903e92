CREATE SCHEMA anonymous;

CREATE FUNCTION check_draw_seed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE draw points_draw;
    BEGIN
        SELECT * INTO draw FROM points_draw WHERE id = NEW.draw_id FOR UPDATE;
        IF NOT COALESCE(is_seed_spelling(
            NEW.value, draw.seed_numbers, draw.seed_digits, draw.seed_ascending), false) THEN
            RAISE EXCEPTION 'not a spelling of the draw''s number'
                USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT FROM points_draw_seed s WHERE s.draw_id = NEW.draw_id
                   AND hand_of(s.person_id) = hand_of(NEW.person_id)) THEN
            RAISE EXCEPTION 'two readings of points_draw_seed are one hand'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;

CREATE FUNCTION check_offices() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM keep_offices_apart(NEW.person_id);
        RETURN NULL;
    END $$;

CREATE FUNCTION hand_of(bigint) RETURNS bigint
    LANGUAGE sql STABLE
    AS $_$
        WITH RECURSIVE walk (id, step) AS (
            SELECT $1, 0
            UNION ALL
            SELECT edge.id, walk.step + 1 FROM walk CROSS JOIN LATERAL (
                SELECT person_id AS id FROM console_login
                WHERE phone_person_id = walk.id AND disabled_at IS NULL
                UNION ALL
                SELECT COALESCE(reset_by_id, opened_by_id) FROM console_login
                WHERE person_id = walk.id AND activated_at IS NULL
                  AND COALESCE(reset_by_id, opened_by_id) IS NOT NULL
            ) AS edge WHERE walk.step < 9
        )
        SELECT id FROM walk ORDER BY step DESC LIMIT 1
    $_$;

CREATE FUNCTION hands_of(bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE
    AS $_$
        WITH RECURSIVE walk (id) AS (
            SELECT hand_of($1)
            UNION
            SELECT edge.id FROM walk CROSS JOIN LATERAL (
                SELECT phone_person_id AS id FROM console_login
                WHERE person_id = walk.id AND phone_person_id IS NOT NULL AND disabled_at IS NULL
                UNION ALL
                SELECT person_id FROM console_login
                WHERE activated_at IS NULL AND COALESCE(reset_by_id, opened_by_id) = walk.id
            ) AS edge
        )
        SELECT id FROM walk
    $_$;

CREATE FUNCTION is_seed_spelling(value text, numbers integer, digits integer, ascending integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $_$
        SELECT value ~ ('^[0-9]{' || numbers * digits || '}$') AND NOT EXISTS (
            SELECT FROM generate_series(1, ascending - 1) AS nth
            WHERE substr(value, (nth - 1) * digits + 1, digits) COLLATE "C"
                > substr(value, nth * digits + 1, digits) COLLATE "C"
        )
    $_$;

CREATE FUNCTION keep_offices_apart(somebody bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
    DECLARE same bigint[];
    BEGIN
        SELECT array_agg(id) INTO same FROM (
            SELECT somebody AS id
            UNION SELECT phone_person_id FROM console_login
                  WHERE person_id = somebody AND phone_person_id IS NOT NULL
            UNION SELECT person_id FROM console_login WHERE phone_person_id = somebody
        ) AS one;
        PERFORM FROM person WHERE id = ANY(same) ORDER BY id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT FROM role_grant a JOIN role_grant b ON b.person_id = ANY(same)
            WHERE a.person_id = ANY(same) AND a.role IN ('system_admin', 'security_admin',
                'auditor') AND b.role <> a.role
              AND a.revoked_at IS NULL AND b.revoked_at IS NULL
              AND daterange(a.starts_on, a.ends_on, '[]') && daterange(b.starts_on, b.ends_on, '[]')
        ) THEN
            RAISE EXCEPTION 'an office of the system meets another role in one person or phone'
                USING ERRCODE = 'check_violation';
        END IF;
    END $$;

CREATE FUNCTION keep_points_balance() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF NEW.amount > 0 THEN
            INSERT INTO points_balance (person_id, balance) VALUES (NEW.person_id, NEW.amount)
            ON CONFLICT (person_id) DO UPDATE
            SET balance = points_balance.balance + excluded.balance;
            RETURN NULL;
        END IF;
        -- A row to insert must pass the check by itself, so spending needs its row first.
        UPDATE points_balance SET balance = balance + NEW.amount
        WHERE person_id = NEW.person_id AND NOT (frozen AND NEW.kind = 'spent');
        IF NOT FOUND THEN
            IF EXISTS (SELECT FROM points_balance WHERE person_id = NEW.person_id) THEN
                RAISE EXCEPTION 'the balance is frozen' USING ERRCODE = 'check_violation',
                    TABLE = 'points_balance', CONSTRAINT = 'ck_points_balance_frozen';
            END IF;
            INSERT INTO points_balance (person_id, balance) VALUES (NEW.person_id, NEW.amount);
        END IF;
        RETURN NULL;
    END $$;

CREATE FUNCTION keep_published_draw() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF OLD.state IN ('drawn', 'called_off') OR OLD.state = 'published' AND (
            TG_OP = 'DELETE'
                OR (NEW.title, NEW.region_id, NEW.first_month, NEW.last_month, NEW.prizes, NEW.seed_source,
                NEW.seed_at, NEW.commitment, NEW.tickets, NEW.published_at, NEW.seed_numbers, NEW.seed_digits,
                NEW.seed_ascending)
                IS DISTINCT FROM (OLD.title, OLD.region_id, OLD.first_month, OLD.last_month, OLD.prizes,
                OLD.seed_source, OLD.seed_at, OLD.commitment, OLD.tickets, OLD.published_at, OLD.seed_numbers,
                OLD.seed_digits, OLD.seed_ascending)
        ) THEN
            RAISE EXCEPTION 'a published draw is not changed' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;

CREATE FUNCTION keep_stock_balance() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            -- A row to insert must pass the check by itself: what only takes away needs its row.
            UPDATE stock_balance
            SET on_hand = on_hand + NEW.on_hand, reserved = reserved + NEW.reserved
            WHERE exchange_point_id = NEW.exchange_point_id AND reward_id = NEW.reward_id;
            IF NOT FOUND THEN
                INSERT INTO stock_balance (exchange_point_id, reward_id, on_hand, reserved)
                VALUES (NEW.exchange_point_id, NEW.reward_id, NEW.on_hand, NEW.reserved)
                ON CONFLICT (exchange_point_id, reward_id) DO UPDATE
                SET on_hand = stock_balance.on_hand + excluded.on_hand,
                    reserved = stock_balance.reserved + excluded.reserved;
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION points_entry_only_unlinked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                IF 
        to_jsonb(OLD) - 'cause_id' = to_jsonb(NEW) - 'cause_id' AND NEW.cause_id = -NEW.id
        AND (EXISTS (SELECT FROM person WHERE id = OLD.person_id AND closed_at IS NOT NULL)
                AND OLD.cause_kind IN ('rating', 'ticket', 'follow_up')
             OR OLD.cause_kind = 'rating'
                AND EXISTS (SELECT FROM rating WHERE id = OLD.cause_id AND person_id IS NULL))
     THEN RETURN NULL; END IF;
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END $$;

CREATE FUNCTION random_person_number() RETURNS bigint
    LANGUAGE plpgsql
    AS $$
    DECLARE drawn bigint;
    BEGIN
        LOOP
            drawn := 100000000000
                + ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint
                  % 900000000000;
            EXIT WHEN NOT EXISTS (SELECT FROM person WHERE number = drawn);
        END LOOP;
        RETURN drawn;
    END $$;

CREATE FUNCTION rating_change_only_unlinked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                IF 
        to_jsonb(OLD) - 'words_before' = to_jsonb(NEW) - 'words_before' AND NEW.words_before IS NULL
        AND EXISTS (SELECT FROM rating WHERE id = OLD.rating_id AND words IS NULL)
     THEN RETURN NULL; END IF;
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END $$;

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$;

CREATE FUNCTION refuse_changed_turn() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF NEW.ticket_id IS DISTINCT FROM OLD.ticket_id OR NEW.round IS DISTINCT FROM OLD.round
                OR NEW.unit_region_id IS DISTINCT FROM OLD.unit_region_id
                OR NEW.unit_department_id IS DISTINCT FROM OLD.unit_department_id
                OR NEW.village_id IS DISTINCT FROM OLD.village_id OR NEW.call_back
                IS DISTINCT FROM OLD.call_back OR NEW.started_at IS DISTINCT FROM OLD.started_at
                OR NEW.sign_due_at IS DISTINCT FROM OLD.sign_due_at OR NEW.first_answer_due_at
                IS DISTINCT FROM OLD.first_answer_due_at OR NEW.due_at IS DISTINCT FROM OLD.due_at
                OR NEW.signed_at IS DISTINCT FROM OLD.signed_at OR NEW.first_answered_at
                IS DISTINCT FROM OLD.first_answered_at OR NEW.answered_at IS DISTINCT FROM OLD.answered_at
                OR NEW.result IS DISTINCT FROM OLD.result OR NEW.extra_days IS DISTINCT FROM OLD.extra_days
                OR NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN RAISE EXCEPTION 'a turn that is over does not change'
                USING ERRCODE = 'check_violation'; END IF;
            RETURN NEW;
        END $$;

CREATE FUNCTION refuse_locked_month() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF EXISTS (SELECT FROM changed JOIN month_lock USING (county_id, month)) THEN
                RAISE EXCEPTION '% of a locked month', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION refuse_same_hand() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
    DECLARE first bigint; second bigint;
    BEGIN
        EXECUTE format('SELECT ($1).%I, ($1).%I', TG_ARGV[0], TG_ARGV[1])
            INTO first, second USING NEW;
        IF first = second OR hand_of(first) = hand_of(second) THEN
            RAISE EXCEPTION '% and % of % are one hand', TG_ARGV[0], TG_ARGV[1], TG_TABLE_NAME
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $_$;

CREATE FUNCTION ticket_event_only_unlinked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                IF 
        to_jsonb(OLD) - 'person_id' = to_jsonb(NEW) - 'person_id'
        AND NEW.person_id IS NULL AND OLD.party = 'author'
        AND (EXISTS (SELECT FROM person WHERE id = OLD.person_id AND closed_at IS NOT NULL)
             OR EXISTS (SELECT FROM ticket t JOIN rating r ON r.id = t.rating_id
                        WHERE t.id = OLD.ticket_id AND r.person_id IS NULL))
     THEN RETURN NULL; END IF;
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END $$;


SET default_tablespace = '';
