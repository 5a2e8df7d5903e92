-- From the approval on nothing of a programme changes but where it stands.
CREATE FUNCTION keep_approved_programme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - '{state,issued_by_id,issued_at,stopped_reason}'::text[] = to_jsonb(NEW) - '{state,issued_by_id,issued_at,stopped_reason}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is approved', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Groups, units, elements and milestones of an approved programme; a milestone is only accepted.
CREATE FUNCTION keep_approved_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE part jsonb; programme_key bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'target_milestone'
        AND to_jsonb(OLD) - '{accepted_at,accepted_by_id}'::text[] = to_jsonb(NEW) - '{accepted_at,accepted_by_id}'::text[] THEN
        RETURN NEW;
    END IF;
    part := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    programme_key := part ->> 'programme_id';
    IF programme_key IS NULL THEN
        SELECT programme_id INTO programme_key FROM target WHERE id = (part ->> 'target_id')::bigint;
    END IF;
    IF EXISTS (SELECT FROM programme WHERE id = programme_key AND approved_at IS NOT NULL) THEN
        RAISE EXCEPTION '% of an approved programme', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- What a unit has to reach changes only by an approved change, and leads to the next edition.
CREATE FUNCTION keep_issued_target() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moving text[] := '{state,version,edition,issued_by_id,issued_at,answer_due_at,is_key,duty_leader,section,contact,note}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(OLD) - moving = to_jsonb(NEW) - moving AND OLD.edition = NEW.edition THEN
            RETURN NEW;
        END IF;
        IF NEW.edition = OLD.edition + 1 AND EXISTS (
            SELECT FROM target_change
            WHERE target_id = NEW.id AND edition = NEW.edition AND state = 'approved') THEN
            RETURN NEW;
        END IF;
    END IF;
    IF EXISTS (
        SELECT FROM programme WHERE approved_at IS NOT NULL
            AND id = CASE TG_OP WHEN 'INSERT' THEN NEW.programme_id ELSE OLD.programme_id END) THEN
        RAISE EXCEPTION 'target of an approved programme' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION keep_target_plan() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE plan target_plan;
BEGIN
    plan := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT FROM target_change
        WHERE target_id = plan.target_id AND edition = plan.edition AND state = 'approved') THEN
        RETURN plan;
    END IF;
    IF EXISTS (
        SELECT FROM target t JOIN programme p ON p.id = t.programme_id
        WHERE t.id = plan.target_id AND p.approved_at IS NOT NULL) THEN
        RAISE EXCEPTION 'plan of an approved programme' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN plan;
END $$;

CREATE TRIGGER programme_approved BEFORE DELETE OR UPDATE ON programme FOR EACH ROW
    WHEN (old.approved_at IS NOT NULL) EXECUTE FUNCTION keep_approved_programme();
CREATE TRIGGER programme_group_approved BEFORE INSERT OR DELETE OR UPDATE ON programme_group
    FOR EACH ROW EXECUTE FUNCTION keep_approved_parts();
CREATE TRIGGER assessed_unit_approved BEFORE INSERT OR DELETE OR UPDATE ON assessed_unit
    FOR EACH ROW EXECUTE FUNCTION keep_approved_parts();
CREATE TRIGGER programme_element_approved BEFORE INSERT OR DELETE OR UPDATE ON programme_element
    FOR EACH ROW EXECUTE FUNCTION keep_approved_parts();
CREATE TRIGGER target_milestone_approved BEFORE INSERT OR DELETE OR UPDATE ON target_milestone
    FOR EACH ROW EXECUTE FUNCTION keep_approved_parts();
CREATE TRIGGER target_issued BEFORE INSERT OR DELETE OR UPDATE ON target
    FOR EACH ROW EXECUTE FUNCTION keep_issued_target();
CREATE TRIGGER target_plan_issued BEFORE INSERT OR DELETE OR UPDATE ON target_plan
    FOR EACH ROW EXECUTE FUNCTION keep_target_plan();
CREATE TRIGGER target_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON target_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER report_review_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON report_review
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
