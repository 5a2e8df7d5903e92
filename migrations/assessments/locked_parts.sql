-- Appraisals, checks and what stands in them are a part of the year, too.
CREATE OR REPLACE FUNCTION keep_locked_programme() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE part jsonb; programme_key bigint;
BEGIN
    part := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    programme_key := CASE TG_TABLE_NAME
        WHEN 'appraisal_group' THEN
            (SELECT programme_id FROM appraisal_round WHERE id = (part ->> 'round_id')::bigint)
        WHEN 'appraisal_entry' THEN
            (SELECT r.programme_id FROM appraisal_group g JOIN appraisal_round r ON r.id = g.round_id
             WHERE g.id = (part ->> 'group_id')::bigint)
        WHEN 'appraisal_count' THEN
            (SELECT programme_id FROM assessed_unit WHERE id = (part ->> 'unit_id')::bigint)
        WHEN 'appraisal_slip' THEN
            (SELECT programme_id FROM assessed_unit WHERE id = (part ->> 'unit_id')::bigint)
        WHEN 'site_finding' THEN
            (SELECT programme_id FROM site_check WHERE id = (part ->> 'check_id')::bigint)
        WHEN 'target_plan' THEN
            (SELECT programme_id FROM target WHERE id = (part ->> 'target_id')::bigint)
        WHEN 'target_milestone' THEN
            (SELECT programme_id FROM target WHERE id = (part ->> 'target_id')::bigint)
        WHEN 'target_report' THEN
            (SELECT programme_id FROM target WHERE id = (part ->> 'target_id')::bigint)
        WHEN 'report_review' THEN
            (SELECT t.programme_id FROM target_report r JOIN target t ON t.id = r.target_id
             WHERE r.id = (part ->> 'report_id')::bigint)
        ELSE (part ->> 'programme_id')::bigint
    END;
    -- Who locks the year waits for this, or this for him.
    PERFORM FROM programme WHERE id = programme_key FOR KEY SHARE;
    IF EXISTS (SELECT FROM programme_lock WHERE programme_id = programme_key) THEN
        IF TG_TABLE_NAME = 'unit_grade' AND TG_OP = 'UPDATE'
            AND to_jsonb(OLD) - 'state' = to_jsonb(NEW) - 'state' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% of a locked programme', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
