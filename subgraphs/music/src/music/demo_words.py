"""The words of the demo scene's music. All names are invented."""

from collections.abc import Iterator
from itertools import product
from random import Random

GENRES = {
    "indie-rock": "인디록",
    "dream-pop": "드림팝",
    "folk": "포크",
    "jazz": "재즈",
    "hip-hop": "힙합",
    "rnb": "R&B",
    "electronica": "일렉트로니카",
    "punk": "펑크",
    "ambient": "앰비언트",
    "synth-pop": "신스팝",
}

DISTRICTS = {
    "달빛공장": "서울 마포구",
    "새벽우체국": "서울 종로구",
    "파란담요": "서울 서대문구",
    "종이우산": "전북 전주시",
    "느린강": "강원 춘천시",
    "유리온실": "서울 성동구",
    "모래극장": "부산 수영구",
    "골목서점": "서울 은평구",
    "여름눈사람": "대구 중구",
    "잔물결": "제주 제주시",
    "낡은필름": "인천 부평구",
    "옥상정원사": "서울 용산구",
    "비밀정류장": "대전 유성구",
    "구름세탁소": "서울 관악구",
    "초록전구": "광주 동구",
    "겨울바다전화": "강원 강릉시",
    "paper-harbor": "부산 영도구",
    "night-bus-choir": "서울 강서구",
    "hollow-orchard": "경기 수원시",
    "서울-overdrive": "서울 강남구",
    "mono-정원": "경기 성남시",
}

BIOS = {
    "달빛공장": "문 닫은 인쇄소 이층에서 시작한 4인조. 밤에 녹음하고 낮에 잠을 잡니다.",
    "새벽우체국": "부치지 못한 편지를 노래로 옮기는 싱어송라이터입니다.",
    "파란담요": "잠들기 직전의 소리를 모으는 듀오입니다.",
    "종이우산": "한옥 마당에서 기타 두 대로 부르는 비 오는 날의 노래.",
    "느린강": "강가 연습실에서 만난 피아노 트리오. 서두르지 않습니다.",
    "유리온실": "식물과 신시사이저를 함께 키우는 세 사람입니다.",
    "모래극장": "파도 소리를 배경음으로 쓰는 바닷가 밴드.",
    "골목서점": "책 사이에 꽂아 둔 메모를 랩으로 읽습니다.",
    "여름눈사람": "녹기 전에 부르는 사랑 노래.",
    "잔물결": "섬에서 녹음한 바람과 물, 그리고 아주 작은 신호음.",
    "낡은필름": "스물네 장 중 스물네 번째 사진 같은 록을 합니다.",
    "옥상정원사": "해 질 녘 옥상에서 태어난 목소리와 비트.",
    "비밀정류장": "막차가 지나간 뒤에 시작하는 1인 전자음악 프로젝트.",
    "구름세탁소": "젖은 마음을 말려 드립니다. 신스팝 3인조.",
    "초록전구": "전압이 조금 높은 3분짜리 노래들.",
    "겨울바다전화": "사람 없는 해변의 공중전화에서 걸려 온 노래.",
    "paper-harbor": "Four friends, two guitars and a harbor that smells of diesel and rain.",
    "velvet-static": "Music for the hour when the station has signed off.",
    "night-bus-choir": "Harmonies worked out on the last bus home.",
    "salt-and-cedar": "A duo with one microphone and a lot of patience.",
    "hollow-orchard": "Loud songs about quiet towns.",
    "low-tide-radio": "Field recordings, brushed drums and a borrowed piano.",
    "서울-overdrive": "도시의 밤을 두 배속으로. Beats made in traffic.",
    "mono-정원": "한 대의 신시사이저로 가꾸는 작은 정원. One synth, one garden.",
}

LEAD_RELEASES = (
    ("SINGLE", 2, "다음 역은 새벽", ("다음 역은 새벽",)),
    (
        "ALBUM",
        190,
        "야간 근무",
        (
            "출근 카드",
            "형광등 아래",
            "컨베이어 벨트의 꿈",
            "야간 근무",
            "기름 묻은 편지",
            "휴게실 라디오",
            "네 시의 자판기",
            "해 뜨는 쪽으로",
        ),
    ),
    ("SINGLE", 505, "불 꺼진 간판", ("불 꺼진 간판",)),
    ("EP", 940, "정전", ("정전", "촛불 세 개", "복도의 발소리", "다시 켜지면")),
    (
        "ALBUM",
        1710,
        "달을 만드는 사람들",
        (
            "달을 만드는 사람들",
            "은색 작업복",
            "초승달 도면",
            "재고 목록",
            "굴뚝 위의 고양이",
            "불량품",
            "조립 라인",
            "보름까지",
        ),
    ),
)

_NOUNS = [
    "새벽",
    "골목",
    "바다",
    "옥상",
    "첫눈",
    "여름밤",
    "창문",
    "편지",
    "파도",
    "일요일",
    "우산",
    "기차역",
    "가로등",
    "소나기",
    "봄날",
    "강변",
]
_QUALITIES = ["온도", "무게", "색깔", "주소", "뒷면", "속도", "문장", "그림자", "냄새", "규칙"]
_PHRASES = (
    "잠들기 전에",
    "아무 말 없이",
    "조금만 더 걸을까",
    "네가 두고 간 계절",
    "막차를 놓친 밤",
    "비가 그치면",
    "우리라는 방향",
    "모르는 척",
    "한 정거장 전",
    "불을 끄고 나면",
    "천천히 지는 쪽으로",
    "같은 하늘 다른 시간",
)
_ADJECTIVES = [
    "Paper",
    "Slow",
    "Velvet",
    "Hollow",
    "Silver",
    "Borrowed",
    "Distant",
    "Winter",
    "Amber",
    "Unsent",
]
_THINGS = [
    "Lanterns",
    "Windows",
    "Sundays",
    "Signals",
    "Rivers",
    "Maps",
    "Letters",
    "Engines",
    "Tides",
    "Doorways",
]


def korean_titles(chance: Random) -> Iterator[str]:
    """Yield song titles in Korean, none of them twice."""
    titles = [*_PHRASES, *(f"{noun}의 {quality}" for noun, quality in product(_NOUNS, _QUALITIES))]
    chance.shuffle(titles)
    return iter(titles)


def english_titles(chance: Random) -> Iterator[str]:
    """Yield song titles in English, none of them twice."""
    titles = [f"{adjective} {thing}" for adjective, thing in product(_ADJECTIVES, _THINGS)]
    chance.shuffle(titles)
    return iter(titles)
