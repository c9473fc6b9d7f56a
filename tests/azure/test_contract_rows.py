"""Which test proves which line of Resource Manager's contract with its clients. A test that is renamed or dropped is missed."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import pytest

_CLIENT: Final = "tests.azure.test_client"
_BEGIN: Final = "tests.azure.test_begin"
_CONTRACT: Final = "tests.azure.test_contract"
_OPERATIONS: Final = "tests.azure.test_operations"
_STAYS: Final = "tests.azure.test_token_stays"
_STEPS: Final = "tests.submissions.test_transitions"

LINES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    # 1. Request
    "PUT creates or replaces": ((_CLIENT, "test_a_create_is_a_put_at_the_documented_address"),),
    "PATCH, and PUT where the version has none": (
        (_CLIENT, "test_an_update_carries_the_etag_where_the_version_has_it"),
        (_CLIENT, "test_an_update_is_a_put_where_the_version_has_no_patch"),
        ("tests.sandbox.test_arm", "test_patch_first_exists_in_2017_03_30"),
    ),
    "GET, with user data on request": (
        (_CLIENT, "test_get_gives_the_scale_set_with_etag_and_without_secrets"),
        (_CLIENT, "test_user_data_is_returned_on_request_only"),
    ),
    "DELETE, forced or not": (
        (_CLIENT, "test_a_delete_may_be_forced_and_nothing_there_is_success"),
        (_CONTRACT, "test_a_forced_delete_says_so_in_its_address_and_asks_without"),
    ),
    "one host for each cloud, a setting, loopback in tests": (
        ("tests.azure.test_clouds", "test_every_cloud_has_its_hosts"),
        ("tests.azure.test_transport", "test_the_sandbox_can_only_be_on_this_machine"),
    ),
    "token, content type, language, ids and user agent": ((_CLIENT, "test_headers_of_a_request"),),
    "If-Match and what it comes to": (
        (_CONTRACT, "test_what_a_condition_comes_to"),
        (_CLIENT, "test_a_stale_etag_is_refused"),
    ),
    "If-None-Match where the version has it": (
        (_CLIENT, "test_a_create_carries_if_none_match_where_the_version_has_it"),
    ),
    "a mark that moves with the instances": (
        (_STEPS, "test_an_update_follows_the_mark_when_instances_move_it"),
        (
            "tests.submissions.test_updates",
            "test_who_changed_the_same_is_not_overwritten_and_the_person_chooses",
        ),
    ),
    "without marks the resource is compared before it is sent": (
        ("tests.submissions.test_updates", "test_a_change_between_the_look_and_the_request_is_seen"),
    ),
    "merge patch: lists and tags as a whole": (
        ("tests.sandbox.test_arm", "test_patch_merges_objects_replaces_lists_and_tags_and_removes_nulls"),
    ),
    # 2. Success and long-running operations
    "every accepted status, with any way to ask": (
        (_BEGIN, "test_every_accepted_status_and_every_way_to_ask"),
    ),
    "204 and what is done at once": (
        (_BEGIN, "test_a_delete_at_once"),
        (_BEGIN, "test_what_is_done_at_once_is_read_once_more"),
    ),
    "a refusal of the first call is the end": (
        (_CLIENT, "test_refusals_are_not_sent_again"),
        (_STEPS, "test_azures_refusal_is_tied_to_its_field"),
    ),
    "Azure-AsyncOperation, then Location, then the resource": (
        (_OPERATIONS, "test_azure_async_operation_goes_before_location"),
        (_OPERATIONS, "test_a_bad_address_leaves_the_next_way"),
        (_OPERATIONS, "test_without_an_address_the_resource_tells"),
    ),
    "addresses of 4 KB": ((_OPERATIONS, "test_long_addresses_are_kept_whole"),),
    "no header at all": ((_OPERATIONS, "test_without_an_address_the_resource_tells"),),
    "Retry-After between two questions": (
        (_OPERATIONS, "test_the_pause_is_azures"),
        (_OPERATIONS, "test_waiting_pauses_as_azure_asks"),
        (_BEGIN, "test_the_pause_without_one_of_azures_is_the_callers_choice"),
    ),
    "the words of a status in any case": (
        (_OPERATIONS, "test_succeeded_in_any_case"),
        (_OPERATIONS, "test_ends_in_any_case"),
        (_OPERATIONS, "test_any_other_word_means_still_running"),
    ),
    "an error of the status is not the operation's": (
        (_OPERATIONS, "test_an_error_of_the_status_is_not_the_operations"),
    ),
    "Location moves, and ends with the answer": (
        (_OPERATIONS, "test_location_is_followed_where_it_moves_and_ends_with_the_answer"),
    ),
    "a last GET after success": (
        (_OPERATIONS, "test_a_create_runs_to_its_end"),
        (_STEPS, "test_a_success_that_cannot_be_read_back_is_still_a_success"),
    ),
    "states of the resource": (
        (_OPERATIONS, "test_a_create_that_failed_at_once"),
        (_BEGIN, "test_a_resource_may_say_so_too"),
    ),
    "a restarted worker goes on": (
        (_OPERATIONS, "test_an_operation_survives_its_worker"),
        ("tests.submissions.test_killed", "test_whatever_is_killed_each_submission_ends_with_one_create"),
    ),
    "unknown after two hours, with a button that asks": (
        (_STEPS, "test_after_two_hours_the_outcome_is_unknown_and_can_be_asked_for"),
        ("tests.submissions.test_pages", "test_an_unknown_outcome_has_a_button_that_asks"),
    ),
    "504: a look before the next attempt": (
        (_BEGIN, "test_a_write_looks_before_it_is_sent_again"),
        (_BEGIN, "test_a_write_that_arrived_is_not_sent_again"),
    ),
    "the same PUT again is safe": ((_CLIENT, "test_a_write_that_never_arrived_is_sent_again"),),
    "what a failed create leaves behind": (
        (_OPERATIONS, "test_a_failed_create_leaves_a_scale_set_that_can_be_sent_again"),
        (_STEPS, "test_what_a_failed_create_left_is_replaced_by_sending_again"),
    ),
    # 3. Errors
    "every row of the table of codes": (
        (_CONTRACT, "test_every_row_becomes_a_sentence_a_field_and_a_cure"),
        ("tests.azure.test_errors", "test_every_row_of_the_table"),
    ),
    "JSON inside messages, the deepest code first": (
        ("tests.azure.test_errors", "test_json_inside_the_message_is_read_and_its_code_comes_first"),
        ("tests.azure.test_errors", "test_json_inside_the_message_of_a_detail"),
    ),
    "target and message lead to the field": (
        ("tests.azure.test_errors", "test_a_target_leads_to_its_field"),
        ("tests.azure.test_errors", "test_the_message_may_name_the_field"),
    ),
    "details side by side": ((_CONTRACT, "test_errors_side_by_side_are_told_one_by_one"),),
    "the policy's name": (
        ("tests.azure.test_errors", "test_the_policy_that_denies_is_named"),
        (_CONTRACT, "test_a_policy_is_named_even_where_only_the_message_does"),
    ),
    "bodies of proxies, or none": (
        ("tests.azure.test_errors", "test_bodies_of_proxies_and_rubbish"),
        (_CONTRACT, "test_trouble_that_a_proxy_words_in_html_is_told_with_its_ids"),
    ),
    # 4. Limits
    "buckets by person, subscription, region and kind": (
        (_CONTRACT, "test_a_providers_limit_is_the_regions_and_resource_managers_is_everybodys"),
        ("tests.accounts.test_throttling", "test_a_pause_holds_for_its_own_kind_of_request_only"),
    ),
    "what is left, from every header": ((_CONTRACT, "test_what_is_left_of_the_limits_is_told"),),
    "one gate for all of a person's requests": (
        (
            "tests.accounts.test_throttling",
            "test_all_processes_of_a_person_wait_at_the_same_gate_and_nobody_elses",
        ),
        ("tests.preflight.test_unavailable", "test_a_pause_met_by_a_list_holds_back_a_pre_flight_too"),
        ("tests.preflight.test_unavailable", "test_a_pause_met_by_a_pre_flight_holds_back_lists_too"),
        (_STEPS, "test_throttling_waits_as_long_as_azure_asks"),
    ),
    "five attempts, with jitter": (
        (_CONTRACT, "test_five_attempts_and_no_more"),
        (_BEGIN, "test_backoff_doubles_with_a_random_part"),
    ),
    # 5. Claims challenges
    "exactly one challenge is read": ((_CLIENT, "test_claims_are_read_from_exactly_one_challenge"),),
    "a new token with the claims, once": (
        (_CLIENT, "test_a_claims_challenge_is_met_silently_where_that_is_possible"),
        (_CLIENT, "test_a_second_challenge_is_not_answered_for_ever"),
    ),
    "else the person signs in, and loses nothing": (
        (_CLIENT, "test_a_claims_challenge_that_needs_the_person_says_which_claims"),
        ("tests.accounts.test_challenge", "test_in_the_middle_of_a_submission"),
        ("tests.accounts.test_challenge", "test_at_a_list_to_choose_from"),
        (
            "tests.preflight.test_unavailable",
            "test_claims_in_a_pre_flight_lead_to_a_sign_in_that_brings_back",
        ),
    ),
    "the capability is declared": (("tests.azure.test_signin", "test_claims_are_asked_for_at_sign_in"),),
    "401 without claims: expired, or another directory": (
        (_CLIENT, "test_a_refused_token_is_replaced_once"),
        (_CLIENT, "test_an_expired_token_is_replaced"),
    ),
    # 6. Ids
    "all ids of every answer": ((_CONTRACT, "test_every_id_is_kept_of_successes_failures_and_operations"),),
    "without an answer, our own": ((_CONTRACT, "test_without_an_answer_our_own_ids_remain"),),
    "the correlation id on the page of a failure": (
        ("tests.submissions.test_pages", "test_failure_shows_our_words_the_field_and_azures_answer"),
    ),
    # Across all
    "the token goes to Resource Manager only": (
        (_STAYS, "test_whatever_the_first_answer_names"),
        (_STAYS, "test_whatever_a_poll_moves_to"),
        (_STAYS, "test_no_redirect_is_followed"),
        (_STAYS, "test_whatever_the_next_link_names"),
        (_STAYS, "test_whatever_was_kept_in_the_database"),
    ),
}
"""The lines by what they demand, in the order of the contract's sections, each with the tests that prove it over HTTP."""


@pytest.mark.parametrize("line", LINES)
def test_the_line_has_its_tests(line: str) -> None:
    missing = [f"{module}.{name}" for module, name in LINES[line] if not hasattr(import_module(module), name)]
    assert not missing
