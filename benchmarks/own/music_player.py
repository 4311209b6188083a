"""A music player: what is playing, playlists, the queue and the sound."""

import datetime
import random
from typing import Annotated, Literal

from octocall.types import Integer

now_playing: dict[str, str | None] = {"song": "Pata Pata", "artist": "Miriam Makeba", "album": None}
track_position = 60  # seconds into the current track
track_length = 240
queue: list[dict[str, str | None]] = [
    {"song": "Oye Como Va", "artist": "Tito Puente", "album": None},
    {"song": "Teardrop", "artist": "Massive Attack", "album": None},
    {"song": "Waterloo Sunset", "artist": "The Kinks", "album": None},
]
history: list[dict[str, str | None]] = []
playlists: dict[str, list[str]] = {
    "Morning Coffee": ["Sunday Morning", "Here Comes the Sun"],
    "Gym": ["Eye of the Tiger", "Lose Yourself", "Stronger"],
    "Kitchen Disco 2": ["September", "Le Freak", "Rasputin"],
    "Deep Focus": ["Nuvole Bianche", "Weightless"],
    "Long Flights": ["Across the Universe"],
    "Bossa": ["Corcovado", "Desafinado"],
    "Party": ["Mi Gente", "Levels"],
    "Throwbacks": ["Waterfalls"],
}
settings: dict[str, object] = {
    "volume": 40,
    "mode": "normal",
    "preset": "flat",
    "stop_at": None,
    "fade_out": False,
}
lyrics: dict[str, str] = {
    "pata pata": "Saguquga sathi bega nantsi Pata Pata",
    "auld lang syne": "Should auld acquaintance be forgot, and never brought to mind?",
}


def play_music(song: str | None = None, artist: str | None = None, album: str | None = None) -> str:
    """Play a song, an artist or an album right away.

    Args:
        song: Title of the song to play.
        artist: Singer, band or composer; alone, it plays their best-known songs.
        album: Title of the album to play.
    """
    global now_playing, track_position
    if song is None and artist is None and album is None:
        return f"Playing on: {now_playing['song']}."
    history.append(now_playing)
    now_playing = {"song": song, "artist": artist, "album": album}
    track_position = 0
    what = song or (f"the album {album}" if album else f"songs by {artist}")
    return f"Playing {what}" + (f" by {artist}." if artist and (song or album) else ".")


def play_playlist(name: str, shuffle: bool = False) -> str:
    """Start one of the user's saved playlists.

    Args:
        name: Name of the playlist.
        shuffle: Whether to play its songs in random order.
    """
    global now_playing, track_position
    for known, songs in playlists.items():
        if known.lower() == name.lower():
            order = random.sample(songs, len(songs)) if shuffle else songs
            tracks: list[dict[str, str | None]] = [{"song": s, "artist": None, "album": None} for s in order]
            if tracks:
                history.append(now_playing)
                now_playing, track_position = tracks[0], 0
            queue[:] = tracks[1:]
            return f"Playing the playlist {known}" + (" in random order." if shuffle else ".")
    return f"There is no playlist called {name}."


def create_playlist(name: str, songs: list[str] | None = None) -> str:
    """Make a new playlist, empty or with some songs in it.

    Args:
        name: Name of the new playlist.
        songs: Titles of the songs to begin with.
    """
    if any(known.lower() == name.lower() for known in playlists):
        return f"There is already a playlist called {name}."
    playlists[name] = list(songs or [])
    return f"Made the playlist {name} with {len(playlists[name])} songs."


def add_to_playlist(playlist: str, song: str | None = None, artist: str | None = None) -> str:
    """Save a song to a playlist that the user already has.

    Args:
        playlist: Name of the playlist.
        song: Title of the song; the one playing now if left out.
        artist: Who performs the song.
    """
    title = song or now_playing["song"] or "the current song"
    for known, songs in playlists.items():
        if known.lower() == playlist.lower():
            songs.append(f"{title} ({artist})" if artist else title)
            return f"Added {title} to {known}."
    return f"There is no playlist called {playlist}."


def add_to_queue(song: str, artist: str | None = None, play_next: bool = False) -> str:
    """Line a song up to be played after the current one.

    Args:
        song: Title of the song.
        artist: Who performs the song.
        play_next: Whether it goes to the front of the queue, right after the current song, instead of the end.
    """
    queue.insert(0 if play_next else len(queue), {"song": song, "artist": artist, "album": None})
    return f"{song} is {'up next' if play_next else f'number {len(queue)} in the queue'}."


def skip_track(direction: Literal["next", "previous"], count: Annotated[int, Integer(1, 50)] = 1) -> str:
    """Go to a later or an earlier song.

    Args:
        direction: Whether to go on to the next song or back to the previous one.
        count: How many songs to move by.
    """
    global now_playing, track_position
    moved = 0
    while moved < count and (queue if direction == "next" else history):
        if direction == "next":
            history.append(now_playing)
            now_playing = queue.pop(0)
        else:
            queue.insert(0, now_playing)
            now_playing = history.pop()
        moved += 1
    track_position = 0
    return f"Moved by {moved}; now playing {now_playing['song'] or now_playing['album'] or now_playing['artist']}."


def seek(direction: Literal["forward", "back"], seconds: Annotated[int, Integer(1, 3600)] = 15) -> str:
    """Move forward or back inside the song that is playing.

    Args:
        direction: Whether to wind forward or back.
        seconds: How many seconds to move by.
    """
    global track_position
    step = seconds if direction == "forward" else -seconds
    track_position = max(0, min(track_length, track_position + step))
    return f"Now at {track_position // 60}:{track_position % 60:02d}."


def set_volume(level: Annotated[int, Integer(0, 100)]) -> str:
    """Set how loud the music plays.

    Args:
        level: Volume in percent; 0 is silent, 100 the loudest.
    """
    settings["volume"] = level
    return f"Volume at {level} percent."


def set_play_mode(mode: Literal["normal", "shuffle", "repeat_one", "repeat_all"]) -> str:
    """Choose the order in which songs play: in turn, shuffled, or over and over.

    Args:
        mode: normal plays everything once in order, shuffle in random order, repeat_one loops the current song,
            repeat_all starts over when the last song ends.
    """
    settings["mode"] = mode
    return f"Play mode: {mode.replace('_', ' ')}."


def set_sleep_timer(
    minutes: Annotated[int, Integer(1, 720)] | None = None,
    stop_at: datetime.time | None = None,
    fade_out: bool = False,
) -> str:
    """Let the music stop by itself, after some minutes or at a clock time.

    Args:
        minutes: Stop after this many minutes.
        stop_at: Stop at this time of day.
        fade_out: Whether the sound gets slowly quieter before it stops.
    """
    if minutes is None and stop_at is None:
        return "Say after how many minutes or at what time the music should stop."
    settings["stop_at"] = f"at {stop_at:%H:%M}" if stop_at else f"in {minutes} minutes"
    settings["fade_out"] = fade_out
    return f"The music stops {settings['stop_at']}" + (", fading out." if fade_out else ".")


def set_equaliser(
    preset: Literal["flat", "bass_boost", "treble_boost", "vocal", "rock", "jazz", "classical", "electronic", "spoken_word"],
) -> str:
    """Choose a ready-made sound setting of the equaliser.

    Args:
        preset: The preset; flat leaves the sound as it is.
    """
    settings["preset"] = preset
    return f"Equaliser on {preset.replace('_', ' ')}."


def show_lyrics(song: str | None = None, artist: str | None = None, language: str | None = None) -> str:
    """Show the words of a song on the screen, in translation if wished.

    Args:
        song: Title of the song; the one playing now if left out.
        artist: Who performs the song.
        language: Language to translate the words into.
    """
    title = song or now_playing["song"] or "this song"
    words = lyrics.get(title.lower())
    if words is None:
        return f"No words found for {title}" + (f" by {artist}." if artist else ".")
    return words + (f" (translated into {language})" if language else "")
