"""What the demo exchange lists: invented issues with valid ISIN check digits, and the currencies they trade in."""

from dataclasses import dataclass
from decimal import Decimal

CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY")
# Value of one unit in US dollars at the start, and how far it may move in a day (millionths).
START_RATES = {
    "USD": (100_000_000, 0),
    "EUR": (108_450_000, 4_200),
    "GBP": (126_900_000, 4_600),
    "CHF": (112_700_000, 4_400),
    "JPY": (671_400, 5_200),
}


@dataclass(frozen=True, slots=True)
class Instrument:
    place: int
    symbol: str
    description: str
    category: str  # STK | FUND | BILL
    sub_category: str
    currency: str
    country: str
    exchange: str
    conid: int
    isin: str
    price: int  # at the start, in ten-thousandths
    swing: int  # own daily move, millionths
    beta: int  # share of the market's move, percent
    drift: int  # a day, millionths
    dividend: int  # per payment, in ten-thousandths of the price
    months: tuple[int, ...]  # that go ex-dividend
    settles: int  # business days after the trade
    maturity: str = ""

    @property
    def tick(self) -> int:
        return 10_000 if self.currency == "JPY" else 100


def _isin(country: str, number: int) -> str:
    body = f"{country}{number:09d}"
    digits = "".join(str(int(letter, 36)) for letter in body)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return body + str(-total % 10)


_QUARTERS = ((1, 4, 7, 10), (2, 5, 8, 11), (3, 6, 9, 12))
# symbol, description, kind, currency, country, exchange, price, swing, beta, drift, dividend, months
_LISTED = (
    ("NWTM", "NORTHWIND TOTAL MARKET ETF", "ETF", "USD", "US", "ARCA", "214.35", 3000, 100, 330, 34, 0),
    ("NWIX", "NORTHWIND WORLD EX-US ETF", "ETF", "USD", "US", "ARCA", "62.18", 3600, 92, 260, 61, 2),
    ("NWAG", "NORTHWIND AGGREGATE BOND ETF", "ETF", "USD", "US", "NASDAQ", "73.04", 1500, 8, 90, 82, 1),
    ("NWSC", "NORTHWIND SMALL COMPANIES ETF", "ETF", "USD", "US", "ARCA", "98.71", 5200, 115, 300, 31, 0),
    ("HLNX", "HELIONIX SEMICONDUCTOR INC", "COMMON", "USD", "US", "NASDAQ", "487.26", 11500, 150, 620, 3, 1),
    ("CRDN", "CARDINAL FREIGHT CORP", "COMMON", "USD", "US", "NYSE", "71.40", 8800, 95, 180, 62, 2),
    ("AQVA", "AQUAVALE WATER UTILITIES", "COMMON", "USD", "US", "NYSE", "44.12", 5200, 45, 140, 88, 0),
    ("MRGN", "MERIDIAN GRAIN & FOODS CO", "COMMON", "USD", "US", "NYSE", "58.93", 6000, 55, 160, 71, 1),
    ("OPLX", "OPALINE SOFTWARE INC", "COMMON", "USD", "US", "NASDAQ", "161.77", 10200, 135, 430, 0, 0),
    ("TRVA", "TERRAVERDE TIMBER REIT", "REIT", "USD", "US", "NYSE", "33.58", 7200, 80, 120, 104, 2),
    ("BRCK", "BRECKENFORD BANCORP", "COMMON", "USD", "US", "NYSE", "52.07", 7900, 105, 210, 79, 0),
    ("VSTA", "VISTAMAR PHARMA INC", "COMMON", "USD", "US", "NYSE", "118.66", 8300, 70, 240, 52, 2),
    ("GLDN", "GOLDEN VAULT PHYSICAL ETC", "ETF", "USD", "US", "ARCA", "186.20", 6200, 5, 260, 0, 0),
    ("ALPW", "ALPENWELT AKTIEN UCITS ETF", "ETF", "EUR", "IE", "IBIS2", "81.46", 3300, 98, 290, 39, 1),
    ("RHNS", "RHEINSTAHL AG", "COMMON", "EUR", "DE", "IBIS", "27.85", 8700, 100, 170, 0, 0),
    ("LMRD", "LUMIERE DORADA SA", "COMMON", "EUR", "ES", "BM", "14.62", 7600, 85, 190, 145, 2),
    ("EURB", "EUROPA STAATSANLEIHEN UCITS ETF", "ETF", "EUR", "IE", "IBIS2", "112.94", 1300, 5, 70, 64, 0),
    ("THMS", "THAMES LINE SHIPPING PLC", "COMMON", "GBP", "GB", "LSE", "6.84", 8100, 90, 180, 118, 1),
    ("BRIT", "BRITANNIA ALL SHARE UCITS ETF", "ETF", "GBP", "IE", "LSEETF", "37.19", 3500, 90, 210, 92, 2),
    ("HELV", "HELVETIA UHREN AG", "COMMON", "CHF", "CH", "EBS", "209.60", 7000, 80, 200, 0, 0),
    ("CHPI", "SWISS PILLAR EQUITY ETF CH", "ETF", "CHF", "CH", "EBS", "141.28", 3300, 88, 220, 76, 0),
    ("7311", "SHINONOME ROBOTICS CORP", "COMMON", "JPY", "JP", "TSEJ", "4215", 8600, 95, 230, 61, 2),
    ("1399", "KAEDE TOPIX-LIKE EQUITY ETF", "ETF", "JPY", "JP", "TSEJ", "2934", 3600, 92, 240, 55, 0),
    ("CLRVX", "CLEARVALE BALANCED FUND A", "FUND", "USD", "US", "FUNDSERV", "31.72", 2200, 60, 210, 48, 2),
    ("LAKMM", "LAKEMONT LIQUIDITY FUND EUR ACC", "FUND", "EUR", "LU", "ALLFUNDS", "104.15", 20, 0, 95, 0, 0),
    ("B 0 12/16/27", "US T-BILL 0% 16DEC27", "BILL", "USD", "US", "", "93.40", 160, 0, 150, 0, 0),
)  # fmt: skip


def _listed(place: int, row: tuple) -> Instrument:
    symbol, description, kind, currency, country, exchange, price, swing, beta, drift, dividend, quarter = row
    category = {"FUND": "FUND", "BILL": "BILL"}.get(kind, "STK")
    return Instrument(
        place, symbol, description, category, "" if category != "STK" else kind, currency, country, exchange,
        conid=710_000_000 + 13_577 * place, isin=_isin(country, 918_000_000 + 7_919 * place),
        price=int(Decimal(price) * 10_000),
        swing=swing, beta=beta, drift=drift, dividend=dividend, months=_QUARTERS[quarter] if dividend else (),
        settles=1 if country == "US" else 2, maturity="20271216" if category == "BILL" else "",
    )  # fmt: skip


INSTRUMENTS = tuple(_listed(place, row) for place, row in enumerate(_LISTED))
