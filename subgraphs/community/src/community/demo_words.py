"""What fans of the demo scene say, in Korean and in English."""

from random import Random

from kit.scene import ArtistFacts

_MOMENTS = (
    *("퇴근길 버스에서", "비 오는 날 창가에서", "새벽 두 시에", "시험 끝나고", "설거지하면서"),
    *("한강 걸으면서", "막차 기다리면서", "야근하다가", "여행 가는 기차에서", "잠이 안 와서"),
    *("이사하는 날", "첫눈 오던 날", "빨래 개면서", "친구 추천으로", "공연 보고 와서"),
)
_HABITS = (
    *("한 곡만 반복 재생 중이에요", "처음부터 끝까지 다 들었어요", "듣다가 정류장을 지나쳤어요"),
    *("들었는데 괜히 울컥했어요", "들으니 하루가 정리되는 기분이에요", "듣고 바로 팔로우했어요"),
    *("들었더니 커피가 다 식었네요", "볼륨을 한 칸 더 올렸어요", "가사를 받아 적어 봤어요"),
    *("듣는 게 요즘 제일 큰 낙이에요", "듣다가 그대로 잠들었어요", "엄마랑 같이 들었어요"),
)
_PRAISE = {
    "indie-rock": ("기타 톤이 정말 따뜻해요", "후렴에서 드럼이 들어오는 순간이 최고예요"),
    "dream-pop": ("목소리가 안개처럼 번지네요", "리버브 속을 헤엄치는 기분이에요"),
    "folk": ("기타 한 대로 이렇게 꽉 찰 수 있다니요", "가사가 오래된 편지 같아요"),
    "jazz": ("베이스가 걸어가는 소리가 들려요", "피아노 솔로에서 숨을 참았어요"),
    "hip-hop": ("라임이 시처럼 읽혀요", "비트가 골목을 걷는 속도예요"),
    "rnb": ("화음이 겹칠 때 소름 돋았어요", "목소리가 벨벳 같아요"),
    "electronica": ("신호음 하나하나가 살아 있어요", "이어폰으로 들으면 방이 넓어져요"),
    "punk": ("2분 안에 할 말을 다 하네요", "답답할 때 이만한 게 없어요"),
    "ambient": ("소리 사이의 빈 곳이 좋아요", "창문을 열어 두고 듣기 좋아요"),
    "synth-pop": ("신스 멜로디가 하루 종일 맴돌아요", "춤추다가 울 수 있는 노래예요"),
}
_WISHES = (
    *("다음 앨범도 기다릴게요.", "공연 소식 기다리고 있어요!", "오래오래 음악 해 주세요."),
    *("더 많은 사람이 알았으면 좋겠어요.", "라이브로 꼭 듣고 싶어요.", "늘 응원합니다!"),
    *("고맙습니다.", "LP로도 나오면 좋겠어요.", "지방 공연도 와 주세요 ㅠㅠ", "최고예요 👏"),
    *("오늘도 잘 들을게요.", "저만 알고 싶은데 또 자랑하고 싶네요."),
)
_SHORT = (
    *("{name} 노래는 언제 들어도 좋네요.", "드디어 새 노래! {name} 최고.", "{name} 사랑해요 💙"),
    *(
        "요즘 {name} 없이는 못 삽니다.",
        "아니 {name} 왜 이제 알았지",
        "{name} 입덕 완료했습니다 ㅎㅎ",
    ),
)

_PLACES = (
    *(
        "On the last bus home",
        "Doing the dishes",
        "Walking along the river",
        "At two in the morning",
    ),
    *("After a very long week", "On a rainy Sunday", "While packing boxes", "Stuck in traffic"),
    *("On my way to the exam", "With the window open", "At my desk", "On a slow train south"),
)
_EFFECTS = (
    *("I played this three times in a row", "this made everything slow down"),
    *("I forgot to get off", "I cried a little, the good kind", "I finally got the lyrics"),
    *("I turned it up and let the neighbours hear", "this was the only thing that helped"),
    *("I sent it to everybody I know", "I wrote half a letter to an old friend"),
)
_LIKES = {
    "indie-rock": ("That guitar tone is so warm", "The drums in the last chorus!"),
    "dream-pop": ("It sounds like fog over the water", "I could live in that reverb"),
    "folk": ("One guitar and the room is full", "The words feel like an old letter"),
    "jazz": ("You can hear the bass walking home", "I held my breath during the solo"),
    "hip-hop": ("Every line lands", "The beat walks at exactly my pace"),
    "rnb": ("Those harmonies gave me chills", "A voice like velvet"),
    "electronica": ("Every blip is alive", "The room gets bigger with headphones on"),
    "punk": ("Two minutes and nothing left unsaid", "Loud in all the right places"),
    "ambient": ("I love the space between the sounds", "It leaves the window open"),
    "synth-pop": ("That synth line will not leave my head", "You can dance and cry to it"),
}
_HOPES = (
    *("Please come and play near me.", "Cannot wait for the next one.", "Thank you for this."),
    *("More people should know about you.", "I need this on vinyl.", "Seoul misses you already."),
    *("Best find of the year.", "Never stop.", "See you at the next show!"),
)
_BRIEF = (
    *("{name} never disappoints.", "New {name}! My evening is saved.", "How is {name} this good?"),
    *("I love {name} so much 💙", "Adding {name} to every playlist I have."),
)
SHORT_SHARE = 0.12


def korean_comment(artist: ArtistFacts, chance: Random) -> str:
    """Return what a fan writes to `artist` in Korean."""
    if chance.random() < SHORT_SHARE:
        return chance.choice(_SHORT).format(name=artist.name)
    praise = chance.choice(_PRAISE[chance.choice(artist.genres)])
    sentences = [
        f"{chance.choice(_MOMENTS)} {chance.choice(_HABITS)}.",
        f"{praise}.",
        chance.choice(_WISHES),
    ]
    return " ".join(_some(sentences, chance))


def english_comment(artist: ArtistFacts, chance: Random) -> str:
    """Return what a fan writes to `artist` in English."""
    if chance.random() < SHORT_SHARE:
        return chance.choice(_BRIEF).format(name=artist.name)
    praise = chance.choice(_LIKES[chance.choice(artist.genres)])
    sentences = [
        f"{chance.choice(_PLACES)}, {chance.choice(_EFFECTS)}.",
        praise if praise.endswith("!") else f"{praise}.",
        chance.choice(_HOPES),
    ]
    return " ".join(_some(sentences, chance))


def _some(sentences: list[str], chance: Random) -> list[str]:
    """Return the sentences, or all but one of them, in their order."""
    left_out = chance.choice((*sentences, None))
    return [sentence for sentence in sentences if sentence is not left_out]
