ALTER TABLE anonymous.day_spent
    ADD CONSTRAINT day_spent_desk_id_fkey FOREIGN KEY (desk_id) REFERENCES anonymous.desk(id);
ALTER TABLE anonymous.key
    ADD CONSTRAINT key_desk_id_fkey FOREIGN KEY (desk_id) REFERENCES anonymous.desk(id);
ALTER TABLE anonymous.spent
    ADD CONSTRAINT spent_desk_id_fkey FOREIGN KEY (desk_id) REFERENCES anonymous.desk(id);
ALTER TABLE api_token
    ADD CONSTRAINT fk_api_token_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE api_token
    ADD CONSTRAINT fk_api_token_created_by_id FOREIGN KEY (created_by_id) REFERENCES person(id);
ALTER TABLE api_token
    ADD CONSTRAINT fk_api_token_revoked_by_id FOREIGN KEY (revoked_by_id) REFERENCES person(id);
ALTER TABLE assessment_scheme
    ADD CONSTRAINT fk_assessment_scheme_approved_by_id FOREIGN KEY (approved_by_id) REFERENCES person(id);
ALTER TABLE assessment_scheme
    ADD CONSTRAINT fk_assessment_scheme_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE assessment_scheme
    ADD CONSTRAINT fk_assessment_scheme_drafted_by_id FOREIGN KEY (drafted_by_id) REFERENCES person(id);
ALTER TABLE audit_entry
    ADD CONSTRAINT fk_audit_entry_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE ballot_issue
    ADD CONSTRAINT fk_ballot_issue_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE ballot_issue
    ADD CONSTRAINT fk_ballot_issue_unit_id FOREIGN KEY (unit_id) REFERENCES ballot_unit(id);
ALTER TABLE ballot_signing_key
    ADD CONSTRAINT fk_ballot_signing_key_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE ballot_signing_key
    ADD CONSTRAINT fk_ballot_signing_key_unit_id FOREIGN KEY (unit_id) REFERENCES ballot_unit(id);
ALTER TABLE ballot_unit
    ADD CONSTRAINT fk_ballot_unit_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE ballot_unit_village
    ADD CONSTRAINT fk_ballot_unit_village_unit_id FOREIGN KEY (unit_id) REFERENCES ballot_unit(id);
ALTER TABLE ballot_unit_village
    ADD CONSTRAINT fk_ballot_unit_village_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE binding
    ADD CONSTRAINT fk_binding_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE binding
    ADD CONSTRAINT fk_binding_group_id FOREIGN KEY (group_id) REFERENCES region(id);
ALTER TABLE binding
    ADD CONSTRAINT fk_binding_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE binding
    ADD CONSTRAINT fk_binding_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE bulletin
    ADD CONSTRAINT fk_bulletin_asked_by_id FOREIGN KEY (asked_by_id) REFERENCES person(id);
ALTER TABLE bulletin
    ADD CONSTRAINT fk_bulletin_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE cadre_invitation
    ADD CONSTRAINT fk_cadre_invitation_accepted_by_id FOREIGN KEY (accepted_by_id) REFERENCES person(id);
ALTER TABLE cadre_invitation
    ADD CONSTRAINT fk_cadre_invitation_invited_by_id FOREIGN KEY (invited_by_id) REFERENCES person(id);
ALTER TABLE cadre_invitation
    ADD CONSTRAINT fk_cadre_invitation_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE calendar_day
    ADD CONSTRAINT fk_calendar_day_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE calendar_year
    ADD CONSTRAINT fk_calendar_year_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE calendar_year
    ADD CONSTRAINT fk_calendar_year_filled_by_id FOREIGN KEY (filled_by_id) REFERENCES person(id);
ALTER TABLE call_back_declined
    ADD CONSTRAINT fk_call_back_declined_rating_id FOREIGN KEY (rating_id) REFERENCES rating(id);
ALTER TABLE console_login
    ADD CONSTRAINT fk_console_login_opened_by_id FOREIGN KEY (opened_by_id) REFERENCES person(id);
ALTER TABLE console_login
    ADD CONSTRAINT fk_console_login_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE console_login
    ADD CONSTRAINT fk_console_login_phone_person_id FOREIGN KEY (phone_person_id) REFERENCES person(id);
ALTER TABLE console_login
    ADD CONSTRAINT fk_console_login_reset_by_id FOREIGN KEY (reset_by_id) REFERENCES person(id);
ALTER TABLE county_hours
    ADD CONSTRAINT fk_county_hours_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE county_settings
    ADD CONSTRAINT fk_county_settings_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE county_settings
    ADD CONSTRAINT fk_county_settings_note_read_by_id FOREIGN KEY (note_read_by_id) REFERENCES person(id);
ALTER TABLE data_request
    ADD CONSTRAINT fk_data_request_asked_by_id FOREIGN KEY (asked_by_id) REFERENCES person(id);
ALTER TABLE data_request
    ADD CONSTRAINT fk_data_request_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE data_request
    ADD CONSTRAINT fk_data_request_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE data_request
    ADD CONSTRAINT fk_data_request_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE department
    ADD CONSTRAINT fk_department_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE exchange_invitation
    ADD CONSTRAINT fk_exchange_invitation_accepted_by_id FOREIGN KEY (accepted_by_id) REFERENCES person(id);
ALTER TABLE exchange_invitation
    ADD CONSTRAINT fk_exchange_invitation_exchange_point_id FOREIGN KEY (exchange_point_id)
        REFERENCES exchange_point(id);
ALTER TABLE exchange_invitation
    ADD CONSTRAINT fk_exchange_invitation_invited_by_id FOREIGN KEY (invited_by_id) REFERENCES person(id);
ALTER TABLE exchange_keeper
    ADD CONSTRAINT fk_exchange_keeper_exchange_point_id FOREIGN KEY (exchange_point_id) REFERENCES exchange_point(id);
ALTER TABLE exchange_keeper
    ADD CONSTRAINT fk_exchange_keeper_grant_id FOREIGN KEY (grant_id) REFERENCES role_grant(id);
ALTER TABLE exchange_keeper
    ADD CONSTRAINT fk_exchange_keeper_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE exchange_point
    ADD CONSTRAINT fk_exchange_point_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE exchange_point
    ADD CONSTRAINT fk_exchange_point_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE export
    ADD CONSTRAINT fk_export_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE export
    ADD CONSTRAINT fk_export_requested_by_id FOREIGN KEY (requested_by_id) REFERENCES person(id);
ALTER TABLE grant_request
    ADD CONSTRAINT fk_grant_request_asked_by_id FOREIGN KEY (asked_by_id) REFERENCES person(id);
ALTER TABLE grant_request
    ADD CONSTRAINT fk_grant_request_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE grant_request
    ADD CONSTRAINT fk_grant_request_department_id FOREIGN KEY (department_id) REFERENCES department(id);
ALTER TABLE grant_request
    ADD CONSTRAINT fk_grant_request_grant_id FOREIGN KEY (grant_id) REFERENCES role_grant(id);
ALTER TABLE grant_request
    ADD CONSTRAINT fk_grant_request_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE grant_request
    ADD CONSTRAINT fk_grant_request_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE held_word
    ADD CONSTRAINT fk_held_word_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE imported_fact
    ADD CONSTRAINT fk_imported_fact_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE imported_fact
    ADD CONSTRAINT fk_imported_fact_imported_by_id FOREIGN KEY (imported_by_id) REFERENCES person(id);
ALTER TABLE imported_fact
    ADD CONSTRAINT fk_imported_fact_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE month_fact
    ADD CONSTRAINT fk_month_fact_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE month_fact
    ADD CONSTRAINT fk_month_fact_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE month_lock
    ADD CONSTRAINT fk_month_lock_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE month_lock
    ADD CONSTRAINT fk_month_lock_locked_by_id FOREIGN KEY (locked_by_id) REFERENCES person(id);
ALTER TABLE month_lock
    ADD CONSTRAINT fk_month_lock_scheme_id FOREIGN KEY (scheme_id) REFERENCES assessment_scheme(id);
ALTER TABLE notice
    ADD CONSTRAINT fk_notice_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE objection
    ADD CONSTRAINT fk_objection_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE objection
    ADD CONSTRAINT fk_objection_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE objection_photo
    ADD CONSTRAINT fk_objection_photo_objection_id FOREIGN KEY (objection_id) REFERENCES objection(id);
ALTER TABLE objection_photo
    ADD CONSTRAINT fk_objection_photo_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE objection
    ADD CONSTRAINT fk_objection_raised_by_id FOREIGN KEY (raised_by_id) REFERENCES person(id);
ALTER TABLE objection
    ADD CONSTRAINT fk_objection_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE outbox_message
    ADD CONSTRAINT fk_outbox_message_credit_id FOREIGN KEY (credit_id) REFERENCES subscription_credit(id);
ALTER TABLE outbox_message
    ADD CONSTRAINT fk_outbox_message_notice_id FOREIGN KEY (notice_id) REFERENCES notice(id);
ALTER TABLE paper_batch
    ADD CONSTRAINT fk_paper_batch_first_by_id FOREIGN KEY (first_by_id) REFERENCES person(id);
ALTER TABLE paper_batch
    ADD CONSTRAINT fk_paper_batch_round_id FOREIGN KEY (round_id) REFERENCES survey_round(id);
ALTER TABLE paper_batch
    ADD CONSTRAINT fk_paper_batch_second_by_id FOREIGN KEY (second_by_id) REFERENCES person(id);
ALTER TABLE paper_batch
    ADD CONSTRAINT fk_paper_batch_unit_id FOREIGN KEY (unit_id) REFERENCES ballot_unit(id);
ALTER TABLE paper_issue
    ADD CONSTRAINT fk_paper_issue_unit_id FOREIGN KEY (unit_id) REFERENCES ballot_unit(id);
ALTER TABLE person_consent
    ADD CONSTRAINT fk_person_consent_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE points_balance
    ADD CONSTRAINT fk_points_balance_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE points_deed
    ADD CONSTRAINT fk_points_deed_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE points_deed
    ADD CONSTRAINT fk_points_deed_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE points_deed
    ADD CONSTRAINT fk_points_deed_entered_by_id FOREIGN KEY (entered_by_id) REFERENCES person(id);
ALTER TABLE points_deed_person
    ADD CONSTRAINT fk_points_deed_person_deed_id FOREIGN KEY (deed_id) REFERENCES points_deed(id);
ALTER TABLE points_deed_person
    ADD CONSTRAINT fk_points_deed_person_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE points_deed
    ADD CONSTRAINT fk_points_deed_rule_id FOREIGN KEY (rule_id) REFERENCES points_rule(id);
ALTER TABLE points_deed
    ADD CONSTRAINT fk_points_deed_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE points_draw
    ADD CONSTRAINT fk_points_draw_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE points_draw
    ADD CONSTRAINT fk_points_draw_made_by_id FOREIGN KEY (made_by_id) REFERENCES person(id);
ALTER TABLE points_draw
    ADD CONSTRAINT fk_points_draw_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE points_draw_seed
    ADD CONSTRAINT fk_points_draw_seed_draw_id FOREIGN KEY (draw_id) REFERENCES points_draw(id);
ALTER TABLE points_draw_seed
    ADD CONSTRAINT fk_points_draw_seed_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE points_draw_ticket
    ADD CONSTRAINT fk_points_draw_ticket_draw_id FOREIGN KEY (draw_id) REFERENCES points_draw(id);
ALTER TABLE points_draw_ticket
    ADD CONSTRAINT fk_points_draw_ticket_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE points_draw_winner
    ADD CONSTRAINT fk_points_draw_winner_draw_id FOREIGN KEY (draw_id) REFERENCES points_draw(id);
ALTER TABLE points_draw_winner
    ADD CONSTRAINT fk_points_draw_winner_ticket_id FOREIGN KEY (ticket_id) REFERENCES points_draw_ticket(id);
ALTER TABLE points_entry
    ADD CONSTRAINT fk_points_entry_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE points_entry
    ADD CONSTRAINT fk_points_entry_reverses_id FOREIGN KEY (reverses_id) REFERENCES points_entry(id);
ALTER TABLE points_entry
    ADD CONSTRAINT fk_points_entry_rule_id FOREIGN KEY (rule_id) REFERENCES points_rule(id);
ALTER TABLE points_freeze
    ADD CONSTRAINT fk_points_freeze_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE points_freeze
    ADD CONSTRAINT fk_points_freeze_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE points_freeze
    ADD CONSTRAINT fk_points_freeze_frozen_by_id FOREIGN KEY (frozen_by_id) REFERENCES person(id);
ALTER TABLE points_freeze
    ADD CONSTRAINT fk_points_freeze_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE points_hold
    ADD CONSTRAINT fk_points_hold_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE points_hold
    ADD CONSTRAINT fk_points_hold_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE points_hold
    ADD CONSTRAINT fk_points_hold_held_by_id FOREIGN KEY (held_by_id) REFERENCES person(id);
ALTER TABLE points_hold
    ADD CONSTRAINT fk_points_hold_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE points_lapse
    ADD CONSTRAINT fk_points_lapse_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE points_lapse_line
    ADD CONSTRAINT fk_points_lapse_line_lapse_id FOREIGN KEY (lapse_id) REFERENCES points_lapse(id);
ALTER TABLE points_lapse_line
    ADD CONSTRAINT fk_points_lapse_line_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE points_month
    ADD CONSTRAINT fk_points_month_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE points_month_sum
    ADD CONSTRAINT fk_points_month_sum_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE points_publication_correction
    ADD CONSTRAINT fk_points_publication_correction_created_by_id FOREIGN KEY (created_by_id) REFERENCES person(id);
ALTER TABLE points_publication_correction
    ADD CONSTRAINT fk_points_publication_correction_publication_id FOREIGN KEY (publication_id)
        REFERENCES points_publication(id);
ALTER TABLE points_publication
    ADD CONSTRAINT fk_points_publication_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE points_publication
    ADD CONSTRAINT fk_points_publication_published_by_id FOREIGN KEY (published_by_id) REFERENCES person(id);
ALTER TABLE points_publication
    ADD CONSTRAINT fk_points_publication_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE points_rule
    ADD CONSTRAINT fk_points_rule_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE points_rule
    ADD CONSTRAINT fk_points_rule_rule_set_id FOREIGN KEY (rule_set_id) REFERENCES points_rule_set(id);
ALTER TABLE points_rule_set
    ADD CONSTRAINT fk_points_rule_set_adopted_by_id FOREIGN KEY (adopted_by_id) REFERENCES person(id);
ALTER TABLE points_rule_set
    ADD CONSTRAINT fk_points_rule_set_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE points_rule_set
    ADD CONSTRAINT fk_points_rule_set_made_by_id FOREIGN KEY (made_by_id) REFERENCES person(id);
ALTER TABLE points_rule_set
    ADD CONSTRAINT fk_points_rule_set_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE qr_code
    ADD CONSTRAINT fk_qr_code_issued_by_id FOREIGN KEY (issued_by_id) REFERENCES person(id);
ALTER TABLE qr_code
    ADD CONSTRAINT fk_qr_code_revoked_by_id FOREIGN KEY (revoked_by_id) REFERENCES person(id);
ALTER TABLE qr_code
    ADD CONSTRAINT fk_qr_code_service_point_id FOREIGN KEY (service_point_id) REFERENCES service_point(id);
ALTER TABLE rating_change
    ADD CONSTRAINT fk_rating_change_rating_id FOREIGN KEY (rating_id) REFERENCES rating(id);
ALTER TABLE rating_hold
    ADD CONSTRAINT fk_rating_hold_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE rating_hold
    ADD CONSTRAINT fk_rating_hold_rating_id FOREIGN KEY (rating_id) REFERENCES rating(id);
ALTER TABLE rating
    ADD CONSTRAINT fk_rating_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE rating
    ADD CONSTRAINT fk_rating_qr_code_id FOREIGN KEY (qr_code_id) REFERENCES qr_code(id);
ALTER TABLE rating
    ADD CONSTRAINT fk_rating_service_point_id FOREIGN KEY (service_point_id) REFERENCES service_point(id);
ALTER TABLE redemption_code
    ADD CONSTRAINT fk_redemption_code_redemption_id FOREIGN KEY (redemption_id) REFERENCES redemption(id);
ALTER TABLE redemption
    ADD CONSTRAINT fk_redemption_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE redemption
    ADD CONSTRAINT fk_redemption_exchange_point_id FOREIGN KEY (exchange_point_id) REFERENCES exchange_point(id);
ALTER TABLE redemption
    ADD CONSTRAINT fk_redemption_handed_out_by_id FOREIGN KEY (handed_out_by_id) REFERENCES person(id);
ALTER TABLE redemption
    ADD CONSTRAINT fk_redemption_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE redemption
    ADD CONSTRAINT fk_redemption_returned_by_id FOREIGN KEY (returned_by_id) REFERENCES person(id);
ALTER TABLE redemption
    ADD CONSTRAINT fk_redemption_reward_id FOREIGN KEY (reward_id) REFERENCES reward(id);
ALTER TABLE redemption
    ADD CONSTRAINT fk_redemption_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE region
    ADD CONSTRAINT fk_region_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE region
    ADD CONSTRAINT fk_region_merged_into_id FOREIGN KEY (merged_into_id) REFERENCES region(id);
ALTER TABLE region
    ADD CONSTRAINT fk_region_parent_id FOREIGN KEY (parent_id) REFERENCES region(id);
ALTER TABLE region_score
    ADD CONSTRAINT fk_region_score_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE region_score
    ADD CONSTRAINT fk_region_score_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE region
    ADD CONSTRAINT fk_region_township_id FOREIGN KEY (township_id) REFERENCES region(id);
ALTER TABLE region_version
    ADD CONSTRAINT fk_region_version_parent_id FOREIGN KEY (parent_id) REFERENCES region(id);
ALTER TABLE region_version
    ADD CONSTRAINT fk_region_version_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE reward
    ADD CONSTRAINT fk_reward_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE reward
    ADD CONSTRAINT fk_reward_created_by_id FOREIGN KEY (created_by_id) REFERENCES person(id);
ALTER TABLE reward
    ADD CONSTRAINT fk_reward_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE role_grant
    ADD CONSTRAINT fk_role_grant_confirmed_by_id FOREIGN KEY (confirmed_by_id) REFERENCES person(id);
ALTER TABLE role_grant
    ADD CONSTRAINT fk_role_grant_department_id FOREIGN KEY (department_id) REFERENCES department(id);
ALTER TABLE role_grant
    ADD CONSTRAINT fk_role_grant_granted_by_id FOREIGN KEY (granted_by_id) REFERENCES person(id);
ALTER TABLE role_grant
    ADD CONSTRAINT fk_role_grant_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE role_grant
    ADD CONSTRAINT fk_role_grant_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE role_grant
    ADD CONSTRAINT fk_role_grant_revoked_by_id FOREIGN KEY (revoked_by_id) REFERENCES person(id);
ALTER TABLE score_adjustment
    ADD CONSTRAINT fk_score_adjustment_author_id FOREIGN KEY (author_id) REFERENCES person(id);
ALTER TABLE score_adjustment
    ADD CONSTRAINT fk_score_adjustment_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE score_adjustment
    ADD CONSTRAINT fk_score_adjustment_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE score_adjustment
    ADD CONSTRAINT fk_score_adjustment_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE score_publication
    ADD CONSTRAINT fk_score_publication_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE score_publication
    ADD CONSTRAINT fk_score_publication_county_id_month FOREIGN KEY (county_id, month)
        REFERENCES month_lock(county_id, month);
ALTER TABLE score_publication
    ADD CONSTRAINT fk_score_publication_published_by_id FOREIGN KEY (published_by_id) REFERENCES person(id);
ALTER TABLE score_publication_village
    ADD CONSTRAINT fk_score_publication_village_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE score_publication_village
    ADD CONSTRAINT fk_score_publication_village_county_id_month FOREIGN KEY (county_id, month)
        REFERENCES score_publication(county_id, month);
ALTER TABLE score_publication_village
    ADD CONSTRAINT fk_score_publication_village_township_id FOREIGN KEY (township_id) REFERENCES region(id);
ALTER TABLE score_publication_village
    ADD CONSTRAINT fk_score_publication_village_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE scorecard_correction
    ADD CONSTRAINT fk_scorecard_correction_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE scorecard_correction
    ADD CONSTRAINT fk_scorecard_correction_made_by_id FOREIGN KEY (made_by_id) REFERENCES person(id);
ALTER TABLE scorecard_correction
    ADD CONSTRAINT fk_scorecard_correction_objection_id FOREIGN KEY (objection_id) REFERENCES objection(id);
ALTER TABLE scorecard_correction
    ADD CONSTRAINT fk_scorecard_correction_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE scorecard
    ADD CONSTRAINT fk_scorecard_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE scorecard
    ADD CONSTRAINT fk_scorecard_scheme_id FOREIGN KEY (scheme_id) REFERENCES assessment_scheme(id);
ALTER TABLE scorecard
    ADD CONSTRAINT fk_scorecard_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE service_point
    ADD CONSTRAINT fk_service_point_kind_code FOREIGN KEY (kind_code) REFERENCES service_point_kind(code);
ALTER TABLE service_point
    ADD CONSTRAINT fk_service_point_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE shown_month
    ADD CONSTRAINT fk_shown_month_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE stock_balance
    ADD CONSTRAINT fk_stock_balance_exchange_point_id FOREIGN KEY (exchange_point_id) REFERENCES exchange_point(id);
ALTER TABLE stock_balance
    ADD CONSTRAINT fk_stock_balance_reward_id FOREIGN KEY (reward_id) REFERENCES reward(id);
ALTER TABLE stock_count
    ADD CONSTRAINT fk_stock_count_counted_by_id FOREIGN KEY (counted_by_id) REFERENCES person(id);
ALTER TABLE stock_count
    ADD CONSTRAINT fk_stock_count_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE stock_count
    ADD CONSTRAINT fk_stock_count_exchange_point_id FOREIGN KEY (exchange_point_id) REFERENCES exchange_point(id);
ALTER TABLE stock_count_line
    ADD CONSTRAINT fk_stock_count_line_count_id FOREIGN KEY (count_id) REFERENCES stock_count(id);
ALTER TABLE stock_count_line
    ADD CONSTRAINT fk_stock_count_line_reward_id FOREIGN KEY (reward_id) REFERENCES reward(id);
ALTER TABLE stock_movement
    ADD CONSTRAINT fk_stock_movement_count_id FOREIGN KEY (count_id) REFERENCES stock_count(id);
ALTER TABLE stock_movement
    ADD CONSTRAINT fk_stock_movement_exchange_point_id FOREIGN KEY (exchange_point_id) REFERENCES exchange_point(id);
ALTER TABLE stock_movement
    ADD CONSTRAINT fk_stock_movement_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE stock_movement
    ADD CONSTRAINT fk_stock_movement_redemption_id FOREIGN KEY (redemption_id) REFERENCES redemption(id);
ALTER TABLE stock_movement
    ADD CONSTRAINT fk_stock_movement_reverses_id FOREIGN KEY (reverses_id) REFERENCES stock_movement(id);
ALTER TABLE stock_movement
    ADD CONSTRAINT fk_stock_movement_reward_id FOREIGN KEY (reward_id) REFERENCES reward(id);
ALTER TABLE subscription_credit
    ADD CONSTRAINT fk_subscription_credit_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE survey_paper
    ADD CONSTRAINT fk_survey_paper_round_id FOREIGN KEY (round_id) REFERENCES survey_round(id);
ALTER TABLE survey_paper
    ADD CONSTRAINT fk_survey_paper_unit_id FOREIGN KEY (unit_id) REFERENCES ballot_unit(id);
ALTER TABLE survey_question
    ADD CONSTRAINT fk_survey_question_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE survey_result
    ADD CONSTRAINT fk_survey_result_round_id FOREIGN KEY (round_id) REFERENCES survey_round(id);
ALTER TABLE survey_result
    ADD CONSTRAINT fk_survey_result_unit_id FOREIGN KEY (unit_id) REFERENCES ballot_unit(id);
ALTER TABLE survey_round
    ADD CONSTRAINT fk_survey_round_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE survey_round_version
    ADD CONSTRAINT fk_survey_round_version_round_id FOREIGN KEY (round_id) REFERENCES survey_round(id);
ALTER TABLE survey_round_version
    ADD CONSTRAINT fk_survey_round_version_saved_by_id FOREIGN KEY (saved_by_id) REFERENCES person(id);
ALTER TABLE survey_tally
    ADD CONSTRAINT fk_survey_tally_round_id FOREIGN KEY (round_id) REFERENCES survey_round(id);
ALTER TABLE survey_tally
    ADD CONSTRAINT fk_survey_tally_unit_id FOREIGN KEY (unit_id) REFERENCES ballot_unit(id);
ALTER TABLE survey_text
    ADD CONSTRAINT fk_survey_text_round_id FOREIGN KEY (round_id) REFERENCES survey_round(id);
ALTER TABLE survey_text
    ADD CONSTRAINT fk_survey_text_unit_id FOREIGN KEY (unit_id) REFERENCES ballot_unit(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_ballot_unit_id FOREIGN KEY (ballot_unit_id) REFERENCES ballot_unit(id);
ALTER TABLE ticket_category
    ADD CONSTRAINT fk_ticket_category_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_checked_by_id FOREIGN KEY (checked_by_id) REFERENCES person(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_county_id_category_id FOREIGN KEY (county_id, category_id)
        REFERENCES ticket_category(county_id, id);
ALTER TABLE ticket_deadline_rule
    ADD CONSTRAINT fk_ticket_deadline_rule_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE ticket_event
    ADD CONSTRAINT fk_ticket_event_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE ticket_event
    ADD CONSTRAINT fk_ticket_event_ticket_id FOREIGN KEY (ticket_id) REFERENCES ticket(id);
ALTER TABLE ticket_extension
    ADD CONSTRAINT fk_ticket_extension_asked_by_id FOREIGN KEY (asked_by_id) REFERENCES person(id);
ALTER TABLE ticket_extension
    ADD CONSTRAINT fk_ticket_extension_decided_by_id FOREIGN KEY (decided_by_id) REFERENCES person(id);
ALTER TABLE ticket_extension
    ADD CONSTRAINT fk_ticket_extension_ticket_id FOREIGN KEY (ticket_id) REFERENCES ticket(id);
ALTER TABLE ticket_file
    ADD CONSTRAINT fk_ticket_file_event_id FOREIGN KEY (event_id) REFERENCES ticket_event(id);
ALTER TABLE ticket_file
    ADD CONSTRAINT fk_ticket_file_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE ticket_file
    ADD CONSTRAINT fk_ticket_file_ticket_id FOREIGN KEY (ticket_id) REFERENCES ticket(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_group_id FOREIGN KEY (group_id) REFERENCES region(id);
ALTER TABLE ticket_hotline_mapping
    ADD CONSTRAINT fk_ticket_hotline_mapping_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE ticket_mended_rating
    ADD CONSTRAINT fk_ticket_mended_rating_rating_id FOREIGN KEY (rating_id) REFERENCES rating(id);
ALTER TABLE ticket_mended_rating
    ADD CONSTRAINT fk_ticket_mended_rating_ticket_id FOREIGN KEY (ticket_id) REFERENCES ticket(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_parent_id FOREIGN KEY (parent_id) REFERENCES ticket(id);
ALTER TABLE ticket_pause
    ADD CONSTRAINT fk_ticket_pause_ticket_id FOREIGN KEY (ticket_id) REFERENCES ticket(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_person_id FOREIGN KEY (person_id) REFERENCES person(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_proxy_id FOREIGN KEY (proxy_id) REFERENCES person(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_rating_id FOREIGN KEY (rating_id) REFERENCES rating(id);
ALTER TABLE ticket_reply_template
    ADD CONSTRAINT fk_ticket_reply_template_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE ticket_routing_rule
    ADD CONSTRAINT fk_ticket_routing_rule_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE ticket_routing_rule
    ADD CONSTRAINT fk_ticket_routing_rule_department_id FOREIGN KEY (department_id) REFERENCES department(id);
ALTER TABLE ticket_routing_rule
    ADD CONSTRAINT fk_ticket_routing_rule_region_id FOREIGN KEY (region_id) REFERENCES region(id);
ALTER TABLE ticket_supervision
    ADD CONSTRAINT fk_ticket_supervision_by_id FOREIGN KEY (by_id) REFERENCES person(id);
ALTER TABLE ticket_supervision
    ADD CONSTRAINT fk_ticket_supervision_ticket_id FOREIGN KEY (ticket_id) REFERENCES ticket(id);
ALTER TABLE ticket_turn
    ADD CONSTRAINT fk_ticket_turn_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE ticket_turn
    ADD CONSTRAINT fk_ticket_turn_ticket_id FOREIGN KEY (ticket_id) REFERENCES ticket(id);
ALTER TABLE ticket_turn
    ADD CONSTRAINT fk_ticket_turn_unit_department_id FOREIGN KEY (unit_department_id) REFERENCES department(id);
ALTER TABLE ticket_turn
    ADD CONSTRAINT fk_ticket_turn_unit_region_id FOREIGN KEY (unit_region_id) REFERENCES region(id);
ALTER TABLE ticket_turn
    ADD CONSTRAINT fk_ticket_turn_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_unit_department_id FOREIGN KEY (unit_department_id) REFERENCES department(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_unit_region_id FOREIGN KEY (unit_region_id) REFERENCES region(id);
ALTER TABLE ticket
    ADD CONSTRAINT fk_ticket_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE village_kind
    ADD CONSTRAINT fk_village_kind_added_by_id FOREIGN KEY (added_by_id) REFERENCES person(id);
ALTER TABLE village_kind_change
    ADD CONSTRAINT fk_village_kind_change_changed_by_id FOREIGN KEY (changed_by_id) REFERENCES person(id);
ALTER TABLE village_kind_change
    ADD CONSTRAINT fk_village_kind_change_village_id FOREIGN KEY (village_id) REFERENCES region(id);
ALTER TABLE village_kind
    ADD CONSTRAINT fk_village_kind_county_id FOREIGN KEY (county_id) REFERENCES region(id);
ALTER TABLE words_to_check
    ADD CONSTRAINT fk_words_to_check_person_id FOREIGN KEY (person_id) REFERENCES person(id);
