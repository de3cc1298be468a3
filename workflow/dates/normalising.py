"""From what is typed on a phone to plain words: typos, number words and English become one vocabulary.

Here only spelling is settled. What the words mean is decided by whoever reads the result;
a word that is not known stays as it is, and is not understood later.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
MONTHS = (
    "januari", "februari", "maret", "april", "mei", "juni",
    "juli", "agustus", "september", "oktober", "november", "desember",
)  # fmt: skip

_SPELLINGS = {
    "senin": "snin sen monday mon sening seninn",
    "selasa": "sls slasa sel selasah tuesday tue tues",
    "rabu": "rb rab rebo rabo wednesday wed weds",
    "kamis": "kms kam kemis thursday thu thur thurs",
    "jumat": "jumaat jmt jum jumat jumt jumuah friday fri",
    "sabtu": "sbtu sbt sab saptu sabtuh saturday sat",
    "minggu": "mgg mg mingu ming mnggu mggu",
    "januari": "jan january januwari",
    "februari": "feb pebruari peb febuari february pebuari",
    "maret": "mar mrt march",
    "april": "apr avril",
    "mei": "may",
    "juni": "jun june",
    "juli": "jul july",
    "agustus": "agt ags agu agst agus aug august agustus",
    "september": "sep sept septembr",
    "oktober": "okt oct october otober",
    "november": "nov nop nopember novmber nopembr",
    "desember": "des dec december desmber desembr",
    "besok": "bsk bsok besuk esok tomorrow tmr tmrw tomorow tommorow",
    "lusa": "lsa",
    "kemarin": "kmrn kemaren yesterday",
    "depan": "dpn dpan deoan mendatang berikutnya brkutnya",
    "lagi": "lg lgi",
    "lalu": "lalu ago",
    "hari": "hr hri days day",
    "kerja": "krj working business work",
    "pekan": "week weeks pkn",
    "bulan": "bln month months",
    "tahun": "thn th year years",
    "jam": "jm pukul pkl pk hour hours hrs pukuk",
    "menit": "mnt minute minutes mins min",
    "tgl": "tanggal tngl tggl tg tnggl",
    "triwulan": "tw kuartal kwartal quarter trwulan",
    "akhir": "akhr end",
    "awal": "beginning start",
    "pertengahan": "tengah mid middle",
    "pagi": "pg morning",
    "siang": "siank sng afternoon",
    "sore": "sre petang",
    "malam": "mlm malem mlam evening night",
    "nanti": "nti ntar nnti later",
    "setengah": "stgh stengah stengh",
    "sebelum": "sblm sblum before",
    "setelah": "stlh sesudah after",
    "habis": "abis",
    "lebaran": "lbrn idulfitri",
    "dalam": "dlm within in",
    "sampai": "smp smpai until till hingga",
    "sekitar": "skitar skt around about",
    "secepatnya": "scptnya asap",
    "ini": "this",
    "lewat": "lwt lebih",
    "kurang": "krg krng",
}  # fmt: skip
_SPELLED = {typed: word for word, spellings in _SPELLINGS.items() for typed in spellings.split()}
_SPELLED |= dict.fromkeys(("sunday", "sun", "ahad"), "hari minggu")
_NUMBERS = {
    "nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "sepuluh": 10, "sebelas": 11, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_FILLERS = [
    "ya",
    "yah",
    "saja",
    "aja",
    "deh",
    "dong",
    "pak",
    "bu",
    "bapak",
    "ibu",
    "mohon",
    "pada",
    "tepat",
    "tepatnya",
    "paling",
    "lambat",
    "selambat-lambatnya",
    "selambatnya",
    "by",
    "on",
    "the",
    "of",
    "untuk",
    "bertepatan",
    "sebaiknya",
    "please",
]
"""Words that say nothing about when. ``sebelum`` is none of them: the day before, or that day?"""

_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
_GAP = "·"
"""Stands where something was cut out of the middle: the words around it never were neighbours."""


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of some words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def join(before: str, after: str) -> str:
    """Return what is left on both sides of something that was cut out."""
    words = f"{before} {_GAP} {after}".split()
    kept = [word for i, word in enumerate(words) if word != _GAP or words[i - 1 : i] != [_GAP]]
    return " ".join(kept).strip(f"{_GAP} ")


_WEEKDAY, _MONTH = any_of(WEEKDAYS), any_of(MONTHS)


def normalise(text: str) -> str:
    """Return the words of a text in one vocabulary: lower case, digits, single spaces; '' if none are left."""
    line = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'").replace("`", "'")
    line = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in line)
    line = re.sub(r"\bjum[' ]?at\b", "jumat", line)
    line = re.sub(r"\bs\s?[/.]\s?d\b\.?", " sampai ", line)
    line = line.replace("'", "").replace("–", "-").replace("—", "-")
    line = re.sub(r"\binsya ?allah\b", " ", line)
    line = re.sub(r"\b(\d{4}-\d{2}-\d{2})t(?=\d)", r"\1 ", line)
    line = re.sub(r"(?<=\d)\s?([ap])\.?m\b\.?", r" \1m", line)
    line = _ORDINAL.sub(r"tgl \1", line)
    line = re.sub(r"[!?;\"()]+|@", " ", line)
    line = re.sub(r",(?!\d)|(?<!\d),|(?<!\d)\.(?!\d)|(?<=\d)\.(?!\d)|(?<!\d)\.(?=\d)", " ", line)
    # 'jam9', '9pagi', '5des', '2jam': letters and digits part.
    line = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", line)
    words = [_SPELLED.get(word, word) for word in line.split()]
    line = " ".join(words)
    line = re.sub(r"\b(an?) (?=(?:menit|jam|hari|pekan|bulan|tahun|setengah)\b)", "1 ", line)
    line = _english(line)
    line = _numbers(line)
    line = re.sub(r"\bse ?-?(menit|jam|hari|minggu|pekan|bulan|tahun)\b", r"1 \1", line)
    line = re.sub(r"\b(\d+) setengah (jam|hari|pekan|minggu)\b", r"\1,5 \2", line)
    line = re.sub(r"\bsetengah jam\b(?! \d)", "30 menit", line)
    line = _weeks(line)
    line = re.sub(rf"\bhari (?=(?:{_WEEKDAY})\b)", "", line)
    # Only in front: 'besok sampai lusa' is two days, and none of them.
    line = re.sub(r"^((?:paling lambat|selambat-lambatnya|selambatnya) )?sampai (?:dengan )?", "", line)
    return " ".join(word for word in line.split() if word not in _FILLERS)


def _english(line: str) -> str:
    """Put English phrases in the order that Indonesian has them."""
    line = re.sub(r"\bhalf (?:1|an?) jam\b", "30 menit", line)
    line = re.sub(r"\bkerja hari\b", "hari kerja", line)
    line = re.sub(r"\b(\d{1,2}) oclock\b", r"jam \1", line)
    line = re.sub(r"\bhari setelah besok\b", "lusa", re.sub(r"\bthe hari\b", "hari", line))
    line = re.sub(r"\btoday\b", "hari ini", line)
    line = re.sub(r"\btonight\b", "malam ini", line)
    line = re.sub(r"\bas soon as possible\b|\bsoon\b", "secepatnya", line)
    line = re.sub(r"\bdalam (?:the )?(?=(?:pagi|siang|sore|malam)\b)", "", line)
    line = re.sub(r"\bdari sekarang\b|\bfrom now\b|\bke depan\b|\bkedepan\b|\bkemudian\b", "lagi", line)
    line = re.sub(r"\byang (?=lalu)", "", line)
    line = re.sub(r"\b(?:at|noon) ?(?=\d)", "jam ", line)
    line = re.sub(r"\b(?:at )?noon\b", "jam 12 siang", line)
    # The day keeps its 'hari', or 'next Sunday' would become the next week.
    for said, meant in (("next", "depan"), ("ini", "ini"), ("last", "lalu")):
        line = re.sub(rf"\b{said} (?:hari )?({_WEEKDAY})\b(?! {meant}\b)", rf"hari \1 {meant}", line)
        line = re.sub(rf"\b{said} (pekan|bulan|tahun|triwulan|hari kerja)\b(?! {meant}\b)", rf"\1 {meant}", line)
    line = re.sub(r"\b(akhir|awal|pertengahan)(?: of)?(?: the)? ", r"\1 ", line)
    return re.sub(
        rf"(?<!\d )\b({_MONTH}) (?:tgl )?(\d{{1,2}})(?= \d{{4}}\b|,|$| jam)(?! jam \d+ menit)", r"\2 \1", line
    )


def _numbers(line: str) -> str:
    """Write number words up to ninety-nine as digits."""
    words, out = line.split(), list[str]()
    for word in words:
        if word == "belas" and out and out[-1].isdecimal() and 1 < int(out[-1]) < 10:
            out[-1] = str(int(out[-1]) + 10)
        elif word == "puluh" and out and out[-1].isdecimal() and 1 < int(out[-1]) < 10:
            out[-1] = f"{int(out[-1]) * 10}"
            out.append("+")
        elif word in _NUMBERS:
            if out and out[-1] == "+" and _NUMBERS[word] < 10:
                out.pop()
                out[-1] = str(int(out[-1]) + _NUMBERS[word])
            else:
                out.append(str(_NUMBERS[word]))
        else:
            out.append(word)
        if word != "puluh" and "+" in out[:-1]:
            out.remove("+")
    return " ".join(word for word in out if word != "+")


def _weeks(line: str) -> str:
    """Tell the week from Sunday, which Indonesian calls alike: 'pekan' is the week from here on."""
    line = re.sub(r"\b(\d+(?:,\d+)?) minggu\b", r"\1 pekan", line)
    line = re.sub(r"\b(awal|akhir|pertengahan) minggu\b", r"\1 pekan", line)
    line = re.sub(rf"\b({_WEEKDAY}) minggu (?=(?:depan|ini|lalu)\b)", r"\1 pekan ", line)
    return re.sub(r"(?<!hari )\bminggu (?=(?:depan|ini|lalu)\b)", "pekan ", line)
