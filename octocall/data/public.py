"""From public data sets: requests that a phone with these functions cannot serve, and real values for its slots.

Read from the folder in OCTOCALL_DATA, else ``../shared/data``: CLINC150 (CC-BY-3.0), HWU64
(CC-BY-4.0), SNIPS (CC0).
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_CLINC = [
    "accept_reservations",
    "account_blocked",
    "application_status",
    "apr",
    "are_you_a_bot",
    "balance",
    "bill_balance",
    "bill_due",
    "book_flight",
    "book_hotel",
    "calculator",
    "calories",
    "cancel",
    "cancel_reservation",
    "car_rental",
    "card_declined",
    "carry_on",
    "change_accent",
    "change_ai_name",
    "change_language",
    "change_speed",
    "change_user_name",
    "confirm_reservation",
    "cook_time",
    "credit_limit",
    "credit_limit_change",
    "credit_score",
    "current_location",
    "damaged_card",
    "date",
    "definition",
    "direct_deposit",
    "do_you_have_pets",
    "exchange_rate",
    "expiration_date",
    "find_phone",
    "flight_status",
    "flip_coin",
    "food_last",
    "freeze_account",
    "fun_fact",
    "gas",
    "gas_type",
    "goodbye",
    "greeting",
    "how_busy",
    "how_old_are_you",
    "improve_credit_score",
    "income",
    "ingredient_substitution",
    "ingredients_list",
    "insurance",
    "insurance_change",
    "interest_rate",
    "international_fees",
    "international_visa",
    "jump_start",
    "last_maintenance",
    "lost_luggage",
    "maybe",
    "meal_suggestion",
    "meaning_of_life",
    "measurement_conversion",
    "min_payment",
    "mpg",
    "new_card",
    "next_holiday",
    "next_song",
    "no",
    "nutrition_info",
    "oil_change_how",
    "oil_change_when",
    "order",
    "order_checks",
    "order_status",
    "pay_bill",
    "payday",
    "pin_change",
    "plug_type",
    "pto_balance",
    "pto_request",
    "pto_request_status",
    "pto_used",
    "recipe",
    "redeem_rewards",
    "repeat",
    "replacement_card_duration",
    "report_fraud",
    "report_lost_card",
    "reset_settings",
    "restaurant_reservation",
    "restaurant_reviews",
    "restaurant_suggestion",
    "rewards_balance",
    "roll_dice",
    "rollover_401k",
    "routing",
    "schedule_maintenance",
    "share_location",
    "shopping_list",
    "shopping_list_update",
    "spelling",
    "spending_history",
    "taxes",
    "tell_joke",
    "thank_you",
    "time",
    "timezone",
    "tire_change",
    "tire_pressure",
    "todo_list",
    "todo_list_update",
    "traffic",
    "transactions",
    "transfer",
    "translate",
    "travel_alert",
    "travel_notification",
    "travel_suggestion",
    "uber",
    "update_playlist",
    "user_name",
    "vaccines",
    "w2",
    "what_are_your_hobbies",
    "what_can_i_ask_you",
    "what_is_your_name",
    "what_song",
    "where_are_you_from",
    "whisper_mode",
    "who_do_you_work_for",
    "who_made_you",
    "yes",
]
_HWU = [
    "alarm_query",
    "alarm_remove",
    "calendar_query",
    "calendar_remove",
    "cooking_recipe",
    "datetime_convert",
    "datetime_query",
    "email_query",
    "email_querycontact",
    "general_affirm",
    "general_commandstop",
    "general_confirm",
    "general_dontcare",
    "general_explain",
    "general_joke",
    "general_negate",
    "general_praise",
    "general_quirky",
    "general_repeat",
    "iot_cleaning",
    "iot_coffee",
    "iot_hue_lightchange",
    "iot_hue_lightdim",
    "iot_hue_lightoff",
    "iot_hue_lighton",
    "iot_hue_lightup",
    "iot_wemo_off",
    "iot_wemo_on",
    "lists_createoradd",
    "lists_query",
    "lists_remove",
    "music_likeness",
    "music_query",
    "play_audiobook",
    "play_game",
    "play_podcasts",
    "qa_currency",
    "qa_definition",
    "qa_factoid",
    "qa_maths",
    "qa_stock",
    "recommendation_events",
    "recommendation_locations",
    "recommendation_movies",
    "social_post",
    "social_query",
    "takeaway_order",
    "takeaway_query",
    "transport_query",
    "transport_taxi",
    "transport_ticket",
    "transport_traffic",
]
_SETS = {"CLINC150 (CC-BY-3.0)": "clinc150/data_full.json", "HWU64 (CC-BY-4.0)": "hwu64/fold1_train.jsonl", "SNIPS (CC0)": "snips/train.jsonl"}
_SNIPS = ("AddToPlaylist", "BookRestaurant", "RateBook", "SearchScreeningEvent")


# values by the slots of the sets; what is drawn from them is only copied, so the many odd names are welcome
_SNIPS_POOLS = {
    "PlayMusic.artist": "music_name", "PlayMusic.track": "music_name", "PlayMusic.album": "music_name", "PlayMusic.genre": "music_name",
    "AddToPlaylist.playlist": "music_name", "PlayMusic.service": "music_service", "SearchCreativeWork.object_name": "video_name",
    "SearchScreeningEvent.movie_name": "video_name", "GetWeather.city": "location", "GetWeather.country": "location",
    "GetWeather.geographic_poi": "location", "BookRestaurant.city": "place", "BookRestaurant.restaurant_name": "place", "BookRestaurant.poi": "place",
}  # fmt: skip
_HWU_POOLS = {
    "person": "contact_name", "relation": "contact_name", "place_name": "location", "business_name": "place", "news_topic": "get_trending_news.query",
    "event_name": "create_calendar_event.title", "song_name": "music_name", "artist_name": "music_name", "music_genre": "music_name",
    "game_name": "search_youtube_videos.query", "podcast_name": "search_youtube_videos.query", "food_type": "search_youtube_videos.query",
    "definition_word": "get_trending_news.query",
}  # fmt: skip


def data_folder() -> Path:
    """Where public data sets are looked for."""
    return Path(os.environ.get("OCTOCALL_DATA", "../shared/data"))


def public_sets(folder: Path) -> list[str]:
    """The sets that are at hand, with their licences."""
    return [name for name, file in _SETS.items() if (folder / file).is_file()]


def irrelevant_requests(folder: Path) -> list[str]:
    """Distinct requests of unsupported intents, in a fixed order; empty where no set is at hand."""
    return list(dict.fromkeys(text.strip() for text in _read(folder) if 2 < len(text.strip()) < 200))


def value_pools(folder: Path) -> dict[str, list[str]]:
    """Distinct values by pool, in a fixed order; empty where no set is at hand."""
    pools: dict[str, dict[str, None]] = defaultdict(dict)
    hwu, snips = folder / "hwu64/fold1_train.jsonl", folder / "snips/train.jsonl"
    if snips.is_file():
        for row in map(json.loads, snips.read_text(encoding="utf-8").splitlines()):
            for part in row["data"]:
                if pool := _SNIPS_POOLS.get(f"{row['intent']}.{part.get('entity')}"):
                    pools[pool][part["text"].strip()] = None
    if hwu.is_file():
        for row in map(json.loads, hwu.read_text(encoding="utf-8").splitlines()):
            for slot, text in re.findall(r"\[\s*(\w+)\s*:\s*([^\]]*?)\s*\]", row["annotated"]):
                if pool := _HWU_POOLS.get(slot):
                    pools[pool][text.removeprefix("my ").removesuffix("'s").removesuffix(" 's")] = None
    return {pool: [text for text in texts if text and "\ufffd" not in text and "Ã" not in text] for pool, texts in pools.items()}


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
