"""Irrelevant requests from public data sets: intents that a phone with these functions does not have.

Read from the folder in OCTOCALL_DATA, else ``../shared/data``: CLINC150 (CC-BY-3.0), HWU64
(CC-BY-4.0), SNIPS (CC0).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

_CLINC = """accept_reservations account_blocked application_status apr are_you_a_bot balance bill_balance bill_due book_flight book_hotel
calculator calories cancel cancel_reservation car_rental card_declined carry_on change_accent change_ai_name change_language change_speed
change_user_name confirm_reservation cook_time credit_limit credit_limit_change credit_score current_location damaged_card date definition
direct_deposit do_you_have_pets exchange_rate expiration_date find_phone flight_status flip_coin food_last freeze_account fun_fact gas gas_type
goodbye greeting how_busy how_old_are_you improve_credit_score income ingredient_substitution ingredients_list insurance insurance_change
interest_rate international_fees international_visa jump_start last_maintenance lost_luggage maybe meal_suggestion meaning_of_life
measurement_conversion min_payment mpg new_card next_holiday next_song no nutrition_info oil_change_how oil_change_when order order_checks
order_status pay_bill payday pin_change plug_type pto_balance pto_request pto_request_status pto_used recipe redeem_rewards repeat
replacement_card_duration report_fraud report_lost_card reset_settings restaurant_reservation restaurant_reviews restaurant_suggestion
rewards_balance roll_dice rollover_401k routing schedule_maintenance share_location shopping_list shopping_list_update spelling spending_history
taxes tell_joke thank_you time timezone tire_change tire_pressure todo_list todo_list_update traffic transactions transfer translate
travel_alert travel_notification travel_suggestion uber update_playlist user_name vaccines w2 what_are_your_hobbies what_can_i_ask_you
what_is_your_name what_song where_are_you_from whisper_mode who_do_you_work_for who_made_you yes""".split()
_HWU = """alarm_query alarm_remove calendar_query calendar_remove cooking_recipe datetime_convert datetime_query email_query email_querycontact
general_affirm general_commandstop general_confirm general_dontcare general_explain general_joke general_negate general_praise general_quirky
general_repeat iot_cleaning iot_coffee iot_hue_lightchange iot_hue_lightdim iot_hue_lightoff iot_hue_lighton iot_hue_lightup iot_wemo_off
iot_wemo_on lists_createoradd lists_query lists_remove music_likeness music_query play_audiobook play_game play_podcasts qa_currency
qa_definition qa_factoid qa_maths qa_stock recommendation_events recommendation_locations recommendation_movies social_post social_query
takeaway_order takeaway_query transport_query transport_taxi transport_ticket transport_traffic""".split()
_SNIPS = ("AddToPlaylist", "BookRestaurant", "RateBook", "SearchScreeningEvent")


def data_folder() -> Path:
    """Where public data sets are looked for."""
    return Path(os.environ.get("OCTOCALL_DATA", "../shared/data"))


def irrelevant_requests(folder: Path) -> list[str]:
    """Distinct requests of unsupported intents, in a fixed order; empty where no set is at hand."""
    return list(dict.fromkeys(text.strip() for text in _read(folder) if 2 < len(text.strip()) < 200))


def _read(folder: Path) -> Iterator[str]:
    clinc, hwu, snips = folder / "clinc150/data_full.json", folder / "hwu64/fold1_train.jsonl", folder / "snips/train.jsonl"
    if clinc.is_file():
        content = json.loads(clinc.read_text(encoding="utf-8"))
        for part in ("train", "val", "oos_train", "oos_val"):
            yield from (text for text, intent in content[part] if intent in _CLINC or intent == "oos")
    if hwu.is_file():
        for row in map(json.loads, hwu.read_text(encoding="utf-8").splitlines()):
            if row["intent"] in _HWU:
                yield re.sub(r"\[\s*\w+\s*:\s*([^\]]*?)\s*\]", r"\1", row["annotated"])
    if snips.is_file():
        for row in map(json.loads, snips.read_text(encoding="utf-8").splitlines()):
            if row["intent"] in _SNIPS:
                yield "".join(part["text"] for part in row["data"])
