"""Invented people and organisations of many countries, some with a name in their own script; none of them exists."""

from typing import NamedTuple


class Culture(NamedTuple):
    country: str
    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    weight: int
    native_given: tuple[str, ...] = ()
    native_family: tuple[str, ...] = ()
    family_first: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


CULTURES = (
    Culture(
        "US", "en",
        _words("Daniel Grace Marcus Olivia Henry Ruth Caleb Naomi Walter June Theodore Camille"),
        _words("Whitlock Ashgrove O'Dell Fairbanks Harlan Pemberton Lockridge Van_Doren Merriweather Stroud"),
        34,
    ),
    Culture(
        "DE", "de",
        _words("Anna Tobias Jürgen Käthe Lukas Friederike Götz Annegret Matthias Wiebke Jörg Hannelore"),
        _words("Keller Weißgerber Schönfeldt Brünn von_der_Heide Mühlbacher Lindqvist Straß Bößmann Hügel"),
        13,
    ),
    Culture(
        "ES", "es",
        _words("María_José Íñigo Lucía Andrés Begoña Álvaro Inés Joaquín Rocío Gonzalo Nuria Martín"),
        _words("Ñúñez_Pardo García-Iruña Castañeda Ibáñez Olavarría Echegaray Muñiz Sáenz_de_Vega Quiñones"),
        9,
    ),
    Culture(
        "UA", "uk",
        _words("Olena Taras Oksana Bohdan Solomiia Yurii Iryna Mykola"),
        _words("Kovalchenko Shevchuk Bondarivska Hrytsenko Polishchuk Lysenko Zahorodnii Vasylkivska"),
        7,
        _words("Олена Тарас Оксана Богдан Соломія Юрій Ірина Микола"),
        _words("Ковальченко Шевчук Бондарівська Гриценко Поліщук Лисенко Загородній Васильківська"),
    ),
    Culture(
        "CN", "zh",
        _words("Xiaoming Meilin Jianguo Lihua Yuchen Shuting Haoran Wenjing"),
        _words("Wang Ouyang Chen Liu Zhao Huang Sun Xu"),
        9,
        _words("晓明 美琳 建国 丽华 宇辰 淑婷 浩然 文静"),
        _words("王 欧阳 陈 刘 赵 黄 孙 许"),
        family_first=True,
    ),
    Culture(
        "AE", "ar",
        _words("Amina Yousef Layla Karim Noor Tariq Salma Idris"),
        _words("Al-Hassan Haddad Mansour Al-Rashid Qasim Barakat Najjar Saleh"),
        7,
        _words("أمينة يوسف ليلى كريم نور طارق سلمى إدريس"),
        _words("الحسن حداد منصور الراشد قاسم بركات نجار صالح"),
    ),
    Culture(
        "GB", "en",
        _words("Imogen Rhys Fiona Alasdair Beatrix Gareth Priya Desmond Eilidh Rupert"),
        _words("Thistlewood Penhallow ap_Gwilym Mackinnon Okonkwo-Hart Bannister D'Arcy Llewelyn Rathbone"),
        9,
    ),
    Culture(
        "CH", "fr",
        _words("Amélie Loïc Chloé Rémy Séverine Benoît Océane Étienne"),
        _words("Dufour-Rochat Grünenfelder Châtelain Bärtschi Lüscher Montandon Crétin Zürcher"),
        6,
    ),
    Culture(
        "JP", "ja",
        _words("Haruka Kenji Sakura Takeshi Yuki Hiroshi Aiko Daichi"),
        _words("Minamoto Fujikawa Hoshino Tachibana Kurosawa Ishigami Nakahara Shirakawa"),
        4,
        _words("遥 健二 桜 武 雪 浩 愛子 大地"),
        _words("源 藤川 星野 橘 黒沢 石神 中原 白川"),
        family_first=True,
    ),
    Culture(
        "NG", "en",
        _words("Chinedu Adaeze Olumide Ngozi Babatunde Ifeoma"),
        _words("Okonkwo Adébáyò Nwachukwu Olúwafẹ́mi Eze Balogun"),
        2,
    ),
)  # fmt: skip

ORGANISATIONS = (
    ("Blauwal Reederei GmbH", "Corporation", "DE"),
    ("Harbour & Vale Ltd", "Corporation", "GB"),
    ("Cordillera Trading S.L.", "Corporation", "ES"),
    ("Juniper Ridge Partners LP", "Partnership", "US"),
    ("Old Mill Orchards LLC", "LLC", "US"),
    ("Nine Lanterns Holdings Pte.", "Corporation", "CN"),
    ("Fondation du Lac Bleu", "Corporation", "CH"),
    ('"Dnipro Craft" Cooperative', "Partnership", "UA"),
    ("Sahar Textiles FZE", "Corporation", "AE"),
    ("Kestrel Point Endowment", "Corporation", "US"),
    ("Shirakawa Shoten K.K.", "Corporation", "JP"),
    ("Stone & Sons Masonry LLC", "LLC", "US"),
)

ADVISORS = (
    ("Wexley Harbor Wealth LLC", "US"),
    ("Alpenblick Vermögen AG", "CH"),
    ("Tidewater Family Office LLC", "US"),
    ("Sierra Clara Asesores S.L.", "ES"),
    ("Dovecote Private Clients Ltd", "GB"),
)

TRADING_GROUPS = ("Blackbriar Proprietary Trading LLC", "Quayside Principal Strategies LP", "Ostrava Quant Desk s.r.o.")
