"""The patterns that tell how many people a sentence says a filer employs.

Every repetition has an upper bound, so that no text makes them slow.
"""

import re

MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
NUMBER = rf"(?<![\w$€£¥₹.,])(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)(?![\d%]|\s+{MONTH})"
MORE = r"\d{1,3}(?:,\d{3})+|\d+\.\d+"
SECOND = rf"(?:,?\s+(?:and\s+)?(?P<second>{MORE})(?![\d%]))?(?:,?\s+and\s+(?P<third>{MORE})(?![\d%]))?"
"""The numbers of further years, in the order in which the sentence names them."""
SCALE = r"(?:\s+(?P<scale>thousand|million))?"
ABOUT = r"(?:approximately|about|around|nearly|almost|over|more than|roughly|some|~)"
QUALIFIER = (
    r"(?:full|part|time|full-time|part-time|full-|equivalent|equivalents|regular|temporary|permanent|active|global|total|"
    r"salaried|hourly|seasonal|dedicated|skilled|highly|worldwide|company|and|or|our)[,-]?")
PEOPLE = (
    r"(?:employee-partners|employees|people|persons|individuals|associates|team\s?members|teammates|crewmembers|"
    r"staff\s+members|staff|workers|colleagues)\b")

BEFORE_PEOPLE = re.compile(
    rf"{NUMBER}{SCALE}{SECOND}(?P<qualifiers>(?:\s+{QUALIFIER}){{0,7}})\s+(?P<people>{PEOPLE})", re.IGNORECASE)
"""36,000 employees; 2,187 full and part-time employees; 65,900 and 69,700 employees."""
AFTER_PEOPLE = re.compile(
    rf"\b(?P<people>(?:average\s+)?number\s+of\s+[\w\s-]{{0,40}}?{PEOPLE}|total\s+[\w\s-]{{0,40}}?{PEOPLE}|head\s?count|"
    rf"workforce)(?:[^.;$\d]|\d+ \w+ \d{{4}}|\d+, \d{{4}}|(?:19|20)\d\d\b){{0,70}}?"
    rf"(?:\s(?:was|were|is|of|totaled|totalled|numbered|reached)|:|(?<=s))\s+(?:a total of\s+)?(?:{ABOUT}\s+)?"
    rf"{NUMBER}{SECOND}{SCALE}", re.IGNORECASE)
"""Headcount was 75,472; the number of employees, including restaurant employees, was approximately 205,000."""

BETWEEN = (
    rf"(?:\s+(?:{ABOUT}|of|in|by|our|the|its|a|an|up|to|than|another|additional|total|headcount)){{0,4}}\s*$")
MOVED = re.compile(
    r"\b(?:hired|hire|hiring|added|adding|recruited|trained|laid off|laying off|lay off|cut|cuts|cutting|eliminated?|"
    r"eliminating|reduced|reduction|affect(?:ed|ing)?|impacted|terminated|letting go|let go|acquired|lost|increase|"
    rf"decrease|dismiss(?:ed|ing)?|joined)\b{BETWEEN}", re.IGNORECASE)
"""Before a number of people who came, went or were trained, not of those who are there."""
MOVED_AFTER = re.compile(
    r"^\s*(?:who\s+|that\s+)?(?:participated|completed|received|joined|left|attended|still\s+counted|being\s+\w|"
    r"were\s+(?:hired|trained|laid|impacted|affected|terminated))", re.IGNORECASE)
PLANNED = re.compile(r"\b(?:expects?|plans?|intends?|targets?|forecasts?|will|would|could|may)\b", re.IGNORECASE)
PART_BEFORE = re.compile(
    r"\b(?:including|of whom|of which|of these|additional|plus|supplemented by)" + BETWEEN, re.IGNORECASE)
"""Before a number that is a part of one already given."""
PART_AFTER = re.compile(
    r"^\s*(?:\(?\s*(?:who\s+)?(?:are|were|is|was)\s+(?:covered|represented|members|subject|parties)|covered|represented|"
    r"(?:located\s+|based\s+|employed\s+|working\s+)?(?:in|within|outside|at)\s+"
    rf"(?!(?:{ABOUT} )?\d+ )(?:(?:the|our|its|a)\s+)?"
    r"(?:[A-Z]|region|field|segment|company's|insurance|pharmaceutical|research|manufacturing|sales|customer))")
"""After a number of people in one place, function or union; capital letters tell a place."""
SEGMENT = re.compile(r"\bsegment\b", re.IGNORECASE)
COUNTRIES = re.compile(
    rf"\b(?:in|spanning|across)\s+(?:{ABOUT}\s+)?\d+\s+(?:different\s+)?countries|worldwide|globally|around the world",
    re.IGNORECASE)
DAY = re.compile(
    r"\b(?:as of|at|on|at the end of|end of|ended)\b[^.;]{0,25}?"
    rf"(?:\b(?:19|20)\d\d\b|year[- ]end|fiscal|quarter|\b{MONTH})", re.IGNORECASE)
EMPLOYS = re.compile(
    r"\b(?:had|has|have|employ(?:s|ed)?|head\s?count|workforce|total(?:ing|ed)?|number of)\b", re.IGNORECASE)
OUTSIDERS = re.compile(r"\s*and\b[\w\s]{0,30}\bcontractors\b|\s*\(?including contractors", re.IGNORECASE)
BOUND = re.compile(r"\b(?:over|more than|nearly|almost|at least|up to|fewer than|less than)\s*$", re.IGNORECASE)
NEAR = re.compile(rf"{ABOUT}\s*$", re.IGNORECASE)
FULL = re.compile(r"full|permanent|regular")
PART = re.compile(r"part|temporary|seasonal")
FULL_TIME_BASIS = re.compile(r"\s*on a full-time (?:equivalent )?basis", re.IGNORECASE)
AVERAGE = re.compile(r"\baverage\b", re.IGNORECASE)
YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
CLAUSE_END = re.compile(r"[,;]|\bincluding\b|\bof whom\b|\bwith\b")
