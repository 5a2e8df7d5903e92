"""Villages by what people call them: with township or without, in full or short, today or formerly.

One look-up for files, invitations, search and the API. It never chooses among several.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

UNSEEN = re.compile(r"[\s\u200b-\u200f\ufeff]+")
SEPARATORS = re.compile(r"[/\\\-—–·,、.>|]+")
BRACKETS = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]")
GROUP = re.compile(r"第?[0-9一二三四五六七八九十百]{1,4}(?:村民小组|居民小组|小组|组|队|社)$")
CODE = re.compile(r"(\d{12})(?:\d{3})?")
OFFICES = ("村民委员会", "居民委员会", "村委会", "居委会", "村委", "居委", "委员会")
TOWNSHIP_OFFICE = re.compile(r"^(?:人民政府|政府|办事处|办)")
MOST_SUGGESTIONS, LIKENESS = 8, 0.3
# Letters of place names that are written otherwise in Taiwan and Hong Kong.
SIMPLIFIED = str.maketrans(
    "東國溫區會員鄉鎮縣莊園橋灣嶺崗鋪廟溝寧華陽陰順興豐慶龍馬鳳鴻鶴雞魚鹽鐵銀錢鄭趙劉陳楊黃張吳孫韓馮蕭葉蘇魯衛"
    "蔣謝鄧許傅閻賈鍾譚陸顧嚴賀賴龔萬歐關門長廣義禮儀樂愛親聯團結勝進遠達運連邊過頭樹葦蓮蘆藍紅綠澤濱渭涇瀘湯漢"
    "濟潤淨沖灘瀾壩墳塊壟壽寶實對導將專尋屆屬層岡島峽巒開間閘陝陸際隴雙雲電靜頂項順預領頻題顏風飛飯館駝驛點齊",
    "东国温区会员乡镇县庄园桥湾岭岗铺庙沟宁华阳阴顺兴丰庆龙马凤鸿鹤鸡鱼盐铁银钱郑赵刘陈杨黄张吴孙韩冯萧叶苏鲁卫"
    "蒋谢邓许傅阎贾钟谭陆顾严贺赖龚万欧关门长广义礼仪乐爱亲联团结胜进远达运连边过头树苇莲芦蓝红绿泽滨渭泾泸汤汉"
    "济润净冲滩澜坝坟块垄寿宝实对导将专寻届属层冈岛峡峦开间闸陕陆际陇双云电静顶项顺预领频题颜风飞饭馆驼驿点齐",
)


@dataclass(frozen=True)
class NamedVillage:
    """An open village with the names and codes it goes by: today's, and all it once had."""

    id: int
    name: str
    code: str
    township_id: int
    former_names: tuple[str, ...] = ()
    former_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundVillages:
    """The villages that fit, and the group that was written beside: 车站社区(一组)."""

    ids: tuple[int, ...]
    group: str | None = None


@dataclass
class VillageNames:
    """The names of one county's villages."""

    county: str
    townships: dict[int, str]
    villages: list[NamedVillage]
    codes: dict[str, set[int]] = field(default_factory=dict)
    tiers: tuple[dict[str, set[int]], ...] = ()
    found: dict[str, FoundVillages] = field(default_factory=dict)

    def __post_init__(self) -> None:
        today: tuple[dict[str, set[int]], ...] = ({}, {}, {})
        former: tuple[dict[str, set[int]], ...] = ({}, {}, {})
        for village in self.villages:
            for code in (village.code, *village.former_codes):
                self.codes.setdefault(code, set()).add(village.id)
            _enter(today, village.id, [village.name])
            _enter(former, village.id, village.former_names)
        self.tiers = today + former
        self._labels = {
            village.id: f"{self.townships.get(village.township_id or 0, '')}{village.name}"
            for village in self.villages
        }
        self._township_of = {village.id: village.township_id for village in self.villages}
        self._township_names = sorted(
            ((name, id_) for id_, full in self.townships.items() for name in _short(full)),
            key=lambda pair: -len(pair[0]),
        )

    def find(self, text: str) -> FoundVillages:
        """All villages that this may mean; one where it is clear."""
        if text not in self.found:
            self.found[text] = self._find(text)
        return self.found[text]

    def _find(self, text: str) -> FoundVillages:
        words = plain(text)
        if code := CODE.fullmatch(words):
            return FoundVillages(tuple(sorted(self.codes.get(code[1], ()))))
        words, township, group = self._brackets(words)
        words = SEPARATORS.sub("", words)
        inside = self._without_county(words)
        rest, prefixed = self._without_township(inside)
        for name, under in ((words, township), (inside, township), (rest, prefixed or township)):
            if found := self._named(name, under):
                return FoundVillages(found, group)
            beside = GROUP.search(name)
            if beside and (found := self._named(name[: beside.start()], under)):
                return FoundVillages(found, group or beside[0])
        return FoundVillages((), group)

    def label(self, village_id: int | None) -> str:
        """The village with its township, as no other of the county is called."""
        return self._labels.get(village_id or 0, "")

    def township(self, text: str) -> int | None:
        """The township whose name, with its office or without, this is."""
        rest, township_id = self._without_township(self._without_county(plain(text)))
        return None if rest else township_id

    def suggest(self, text: str) -> list[int]:
        """The villages whose names look most alike, for somebody who chooses."""
        words, _, _ = self._brackets(plain(text))
        rest, township = self._without_township(self._without_county(SEPARATORS.sub("", words)))
        wanted = short(rest) or rest
        if not wanted:
            return []
        scored = []
        for village in self.villages:
            names = {short(name) for name in (village.name, *village.former_names)}
            likeness = max(SequenceMatcher(None, wanted, plain(name)).ratio() for name in names)
            likeness += 0.2 if township == village.township_id else 0
            if likeness > LIKENESS:
                scored.append((-likeness, village.code, village.id))
        return [village_id for _, _, village_id in sorted(scored)[:MOST_SUGGESTIONS]]

    def _named(self, name: str, township_id: int | None) -> tuple[int, ...]:
        """By today's name in full, without its office, without 村 and 社区; then by former ones."""
        forms = _forms(name)
        for tier, form in zip(self.tiers, forms + forms, strict=True):
            ids = tier.get(form, set())
            if township_id is not None:
                ids = {id_ for id_ in ids if self._township_of[id_] == township_id}
            if ids:
                return tuple(sorted(ids))
        return ()

    def _brackets(self, words: str) -> tuple[str, int | None, str | None]:
        """What stands outside, and a township and a group that stand in brackets."""
        township, group = None, None
        for inside in BRACKETS.findall(words):
            under = self._without_township(inside)
            if under[1] is not None and not under[0]:
                township = under[1]
            elif GROUP.fullmatch(inside):
                group = inside
        return BRACKETS.sub("", words), township, group

    def _without_county(self, words: str) -> str:
        county = plain(self.county)
        return words[words.index(county) + len(county) :] if county in words else words

    def _without_township(self, words: str) -> tuple[str, int | None]:
        for name, township_id in self._township_names:
            if words.startswith(name):
                return TOWNSHIP_OFFICE.sub("", words[len(name) :]), township_id
        return words, None


def plain(text: str) -> str:
    """Half-width, simplified, without blanks and letters nobody sees."""
    return UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(SIMPLIFIED)


def short(name: str) -> str:
    """三合 of 三合村村民委员会."""
    return _forms(plain(name))[2]


def _forms(name: str) -> tuple[str, str, str]:
    """A name in full, without its office, and without 村 or 社区."""
    without = name
    for office in OFFICES:
        if name.endswith(office) and len(name) > len(office):
            without = name[: -len(office)]
            if office.startswith("村") and not without.endswith(("村", "社区")):
                without += "村"
            elif office.startswith("居") and not without.endswith(("村", "社区")):
                without += "社区"
            break
    core = without
    for kind in ("行政村", "社区", "村"):
        if core.endswith(kind) and len(core) > len(kind):
            core = core[: -len(kind)]
            break
    return name, without, core


def _short(township: str) -> Iterable[str]:
    """城关街道办事处, 城关街道办 and 城关街道 are one."""
    name = plain(township)
    return {name, name.removesuffix("办事处"), name.removesuffix("办")}


def _enter(tiers: tuple[dict[str, set[int]], ...], village_id: int, names: Iterable[str]) -> None:
    for name in names:
        for tier, form in zip(tiers, _forms(plain(name)), strict=True):
            tier.setdefault(form, set()).add(village_id)
