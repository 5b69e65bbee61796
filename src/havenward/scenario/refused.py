"""Columns that no scenario may have: records of persons, and what people could be sorted by.

People who were found out were killed, and their relatives punished. So tables of people are refused whole,
and so is whatever would let a model tell one community from another. The patterns below are what refusals are
made of: no other part of the project may speak of such groupings.
"""

from __future__ import annotations

import re
import unicodedata

_PERSONS = re.compile(
    r"\b(person|respondent|interviewee|beneficiary|informant|witness|detainee|suspect|alias|signature"
    r"|(full|first|last|sur|fore|nick)names?|prenom|nom"
    r"|(first|last|full|given|middle|father|mother|husband|wife|grandfather|contact|person|child) name"
    r"|head name|head of (household|family)|household name"
    r"|phones?|phonenumber|(tele|cell)phones?|telefon|tel|mobile|msisdn|sim|imei|imsi|whatsapp|telegram|viber"
    r"|facebook|e?mail|contact number"
    r"|passport|nationalid|idnumber|ssn|(id|identity|case|card|registration|passport) (number|no|nr)"
    r"|(national|case|household|family|person|individual) id|(identity|id|ration) card|biometrics?"
    r"|fingerprints?|iris|photo|photograph|(plate|licen[cs]e) (number|plate)"
    r"|dob|birth ?(date|day)|date of birth"
    r"|address|adresse|street|house ?(number|no)|doorstep|(home|house|gps) (lat|lon|lng|latitude|longitude)"
    r"|answers?|responses?|testimon(y|ies)|statements?|interview|transcript|verbatim|quotes?|narratives?"
    r"|free (text|answer)|open ended)\b"
    "|هاتف|رقم الهوية|الاسم الكامل|اسم الشخص|العنوان|جواز|تلفن|مۆبایل"
)
_GROUPINGS = re.compile(
    r"\b(ethnicit(y|ies)|ethnic|ethnos|ethnie|religions?|religious|faith|confession(al)?|denomination"
    r"|sects?|sectarian|tribes?|tribal|clans?|castes?|races?|racial|nationality|ancestry|bloodline|lineage|kinship"
    r"|sunnis?|shias?|shiites?|yazidis?|yezidis?|christians?|muslims?|jewish|jews?|kurds?|kurdish|arabs?|turkmen"
    r"|shabak|family ?name|mother ?tongue|native language)\b"
    "|الدين|الطائفة|القومية|العشيرة|القبيلة|مذهب|ئایین"
)


def refusal(column: str) -> str | None:
    """Why a column of this name is refused, or None where it is not.

    Asked only of columns that the format does not know: `name` of a location or `name_ar` never come here.
    """
    words = _spaced(column)
    if _GROUPINGS.search(words):
        return (
            "people are never sorted by ethnicity, religion, sect, tribe or family name here, because such a "
            "table can be turned against those it describes"
        )
    if _PERSONS.search(words):
        return (
            "the column looks like a record of persons (names, telephones, identity numbers, exact homes or "
            "free answers), and no record of a person may enter"
        )
    return None


def _spaced(column: str) -> str:
    """A column name as lower-case words: `headOfHousehold_Name` gives 'head of household name'."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", column) if not unicodedata.combining(c))
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain)
    return unicodedata.normalize("NFC", re.sub(r"[\W_]+", " ", split)).lower()
