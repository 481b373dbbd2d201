"""Reads identifiers of C-FIND, C-MOVE and C-GET into queries that are valid for their model.

Statuses are those of DCMTK's archive, with Offending Element and Error Comment beside them (PS3.4 C.4.1.1.4, PS3.7 C):
A900 where the identifier does not fit the model, C000 where it cannot be processed. ``IdentifierRules.is_strict``
refuses what DCMTK refuses with its identifier checks switched on.

What differs from DCMTK's archive:

- several values in Query/Retrieve Level are refused, not read as the first;
- keys of a level below that of the query are neither matched nor returned (DCMTK returns those of whichever instance it
  finds first), and count as not supported, which the status FF01 tells;
- keys of levels above match too, unless a strict query refuses them (DCMTK ignores them): nobody else's data is in an
  answer, not even where the unique keys of these levels are empty;
- identifiers are checked whether or not anything is stored;
- keys of sequences are matched, item by item; what is not supported in an item is told with FF01;
- what cannot be decoded in the character set of the identifier matches nothing, and the final response names it; keys
  have at most 1,024 characters and 100 values, lists 100,000 UIDs;
- a retrieval needs a value for the unique key of its level or of one above (DCMTK moves the whole archive without one);
  the unique keys of levels above may be missing, and those present restrict.
"""

from collections.abc import Mapping
from typing import Final

from dicomdesk.dicom.query.attributes import (
    CHARACTER_SET,
    INSTANCE_AVAILABILITY,
    ITEM_VRS,
    MODALITY,
    PATIENT_ID,
    QUERY_RETRIEVE_LEVEL,
    RETRIEVE_AE_TITLE,
    TIMEZONE_OFFSET,
    UNIQUE_KEYS,
    Attribute,
    Level,
    Source,
    find_attribute,
)
from dicomdesk.dicom.query.identifier_reader import MOST_UIDS, Identifier, KeyFault, read_identifier
from dicomdesk.dicom.query.query import ItemKey, Key, Model, Query
from dicomdesk.errors import DataError
from dicomdesk.network.status import Status
from dicomdesk.records import dataclass

_LONGEST_COMMENT: Final = 64
_LONGEST_VALUE: Final = 1024
_MOST_VALUES: Final = 100
_OTHER_TAGS: Final = frozenset(
    {CHARACTER_SET, QUERY_RETRIEVE_LEVEL, RETRIEVE_AE_TITLE, INSTANCE_AVAILABILITY, TIMEZONE_OFFSET}
)
"""Elements of an identifier that are no keys."""

_REQUIRED_KEYS: Final = (
    *(0x00100010, PATIENT_ID, 0x00080020, 0x00080030, 0x00080050, 0x00200010, MODALITY, 0x00200011, 0x00200013),
)
"""Patient's Name, Patient ID (also of studies, where there are no patients), Study Date, Study Time, Accession Number,
Study ID, Modality, Series Number and Instance Number."""

LEVELS: Final[Mapping[Model, tuple[Level, ...]]] = {
    Model.PATIENT_ROOT: (Level.PATIENT, Level.STUDY, Level.SERIES, Level.IMAGE),
    Model.STUDY_ROOT: (Level.STUDY, Level.SERIES, Level.IMAGE),
    Model.PATIENT_STUDY_ONLY: (Level.PATIENT, Level.STUDY),
}


class IdentifierError(DataError):
    """Identifier that cannot be answered, with status and comment of the response."""

    def __init__(self, status: int, comment: str, *offending_tags: int) -> None:
        super().__init__(comment)
        self.status = status
        self.comment = comment[:_LONGEST_COMMENT]
        """For Error Comment (0000,0902)."""
        self.offending_tags = offending_tags
        """For Offending Element (0000,0901)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierRules:
    """Rules for identifiers: strictness and what was negotiated."""

    is_strict: bool = False
    """Refuse keys of other levels and empty unique keys."""
    is_lenient: bool = False
    """Answer queries that lack the unique keys of levels above theirs, which PS3.4 C.4.1 asks for, as if relational."""
    is_relational: bool = False
    """Relational queries or retrievals were negotiated."""
    combines_date_and_time: bool = False
    """Combined matching of dates and times was negotiated."""


DEFAULT_RULES: Final = IdentifierRules()


def read_find_query(
    data: bytes, transfer_syntax_uid: str, model: Model, rules: IdentifierRules = DEFAULT_RULES
) -> Query:
    """Read the identifier of a C-FIND; raises IdentifierError."""
    identifier = _read(data, transfer_syntax_uid)
    level = _read_level(identifier, model, rules)
    _check_unique_keys(identifier, model, level, rules)
    keys: list[Key] = []
    unsupported: list[int] = []
    for tag in sorted(identifier.values.keys() | identifier.items.keys()):
        if _is_no_key(tag):
            continue
        attribute = find_attribute(tag)
        if attribute is None or tag in identifier.crowded:
            unsupported.append(tag)
        elif _effective_level(attribute, model).depth > level.depth:
            _refuse_strictly(rules, attribute, "is of a level below that of the query")
            unsupported.append(tag)
        else:
            _check_level(attribute, model, level, rules)
            keys.append(_key(attribute, identifier))
            unsupported += _unsupported_in_item(attribute, identifier)
    _check_levels(keys, level, rules)
    return Query(
        model=model,
        level=level,
        keys=tuple(keys),
        character_set=identifier.character_set,
        timezone_offset=identifier.values.get(TIMEZONE_OFFSET, ""),
        is_relational=rules.is_relational,
        combines_date_and_time=rules.combines_date_and_time,
        wants_availability=INSTANCE_AVAILABILITY in identifier.values,
        unsupported_tags=tuple(unsupported),
    )


def read_retrieve_query(
    data: bytes, transfer_syntax_uid: str, model: Model, rules: IdentifierRules = DEFAULT_RULES
) -> Query:
    """Read the identifier of a C-MOVE or C-GET; raises IdentifierError.

    Unique keys count, and the required ones of the level (PS3.4 C.6), as with DCMTK: nobody gets more than was asked
    for. One of them at least has a value that is not all wildcards: nobody retrieves a whole archive by mistake.
    """
    identifier = _read(data, transfer_syntax_uid)
    level = _read_level(identifier, model, rules)
    if rules.is_strict:
        _check_strict_retrieval(identifier, model, level, rules)
    unique_tags = _unique_tags(model, level)
    keys = []
    for tag in dict.fromkeys((*unique_tags, *_REQUIRED_KEYS)):
        attribute = _attribute(tag)
        is_given = identifier.values.get(tag) or tag in identifier.faults
        if is_given and (tag in unique_tags or _effective_level(attribute, model) is level):
            keys.append(_key(attribute, identifier))
    if not any(key.is_undecodable or _restricts(key) for key in keys):
        raise IdentifierError(Status.DOES_NOT_MATCH_SOP_CLASS, "A key with a value is missing", UNIQUE_KEYS[level])
    return Query(
        model=model,
        level=level,
        keys=tuple(keys),
        character_set=identifier.character_set,
        is_relational=rules.is_relational,
    )


def _restricts(key: Key) -> bool:
    """Whether a key has a value, and none that all others meet: nothing but wildcards, around delimiters of names."""
    values = [value for value in key.value.split("\\") if value]
    return bool(values) and all(value.strip("*? ^=") for value in values)


def _unique_tags(model: Model, level: Level) -> list[int]:
    """Return the unique keys of the level and of those above it in the model."""
    levels = LEVELS[model] if level in LEVELS[model] else tuple(Level)
    return [UNIQUE_KEYS[one] for one in levels if not level.is_above(one)]


def _read(data: bytes, transfer_syntax_uid: str) -> Identifier:
    try:
        return read_identifier(data, transfer_syntax_uid)
    except DataError as error:
        raise IdentifierError(Status.UNABLE_TO_PROCESS, f"Identifier cannot be read: {error}") from error


def _attribute(tag: int) -> Attribute:
    attribute = find_attribute(tag)
    if attribute is None:
        raise AssertionError("unique keys are supported")
    return attribute


def _read_level(identifier: Identifier, model: Model, rules: IdentifierRules) -> Level:
    text = identifier.values.get(QUERY_RETRIEVE_LEVEL, "").upper()
    if not text:
        raise IdentifierError(Status.DOES_NOT_MATCH_SOP_CLASS, "Query/Retrieve Level is missing", QUERY_RETRIEVE_LEVEL)
    if "\\" in text:
        raise IdentifierError(
            Status.DOES_NOT_MATCH_SOP_CLASS, "Query/Retrieve Level has several values", QUERY_RETRIEVE_LEVEL
        )
    level = next((level for level in Level if text.startswith(level.value)), None)
    if level is None:
        raise IdentifierError(Status.UNABLE_TO_PROCESS, "Query/Retrieve Level is unknown", QUERY_RETRIEVE_LEVEL)
    lenient = model is Model.PATIENT_STUDY_ONLY and not rules.is_strict
    if level not in LEVELS[model] and not lenient:
        status = Status.DOES_NOT_MATCH_SOP_CLASS if rules.is_strict else Status.UNABLE_TO_PROCESS
        raise IdentifierError(status, f"The model has no level {level.value}", QUERY_RETRIEVE_LEVEL)
    return level


def _check_unique_keys(identifier: Identifier, model: Model, level: Level, rules: IdentifierRules) -> None:
    """Each level above has its unique key in the identifier, unless the query is relational or leniently read."""
    if rules.is_relational or rules.is_lenient:
        return
    for above in Level:
        if not above.is_above(level) or (above is Level.PATIENT and model is Model.STUDY_ROOT):
            continue
        tag = UNIQUE_KEYS[above]
        if tag not in identifier.values:
            status = Status.DOES_NOT_MATCH_SOP_CLASS if rules.is_strict else Status.UNABLE_TO_PROCESS
            raise IdentifierError(status, f"The unique key of level {above.value} is missing", tag)
        if rules.is_strict and not identifier.values[tag]:
            raise IdentifierError(
                Status.DOES_NOT_MATCH_SOP_CLASS, f"The unique key of level {above.value} has no value", tag
            )


def _check_levels(keys: list[Key], level: Level, rules: IdentifierRules) -> None:
    """A strict query has a key of its level; patients are no studies here, also where they are attributes of them."""
    if not rules.is_strict:
        return
    if not any(key.attribute.level is level for key in keys):
        raise IdentifierError(
            Status.DOES_NOT_MATCH_SOP_CLASS, f"The identifier has no key of level {level.value}", UNIQUE_KEYS[level]
        )


def _check_strict_retrieval(identifier: Identifier, model: Model, level: Level, rules: IdentifierRules) -> None:
    _check_unique_keys(identifier, model, level, rules)
    wanted = {UNIQUE_KEYS[one] for one in LEVELS[model] if not level.is_above(one)}
    if not identifier.values.get(UNIQUE_KEYS[level]):
        raise IdentifierError(
            Status.DOES_NOT_MATCH_SOP_CLASS, f"The unique key of level {level.value} has no value", UNIQUE_KEYS[level]
        )
    for tag in sorted(identifier.values.keys() | identifier.items.keys()):
        if tag & 0xFFFF and tag not in wanted and tag not in _OTHER_TAGS:
            raise IdentifierError(Status.DOES_NOT_MATCH_SOP_CLASS, "Only unique keys are possible in a retrieval", tag)


def _effective_level(attribute: Attribute, model: Model) -> Level:
    """Return the level of an attribute in the model: in Study Root, patients are attributes of studies."""
    if model is Model.STUDY_ROOT and attribute.level is Level.PATIENT:
        return Level.STUDY
    return attribute.level


def _check_level(attribute: Attribute, model: Model, level: Level, rules: IdentifierRules) -> None:
    """A strict query has keys of levels above only if unique, or if it is relational; others match them all.

    So nobody's data is in an answer that a key of a patient or a study excludes, whatever the level.
    """
    effective = _effective_level(attribute, model)
    is_unique = attribute.tag == UNIQUE_KEYS[attribute.level] and effective is attribute.level
    if effective is not level and not is_unique and not rules.is_relational:
        _refuse_strictly(rules, attribute, "is of a level above that of the query")


def _refuse_strictly(rules: IdentifierRules, attribute: Attribute, why: str) -> None:
    if rules.is_strict:
        raise IdentifierError(Status.DOES_NOT_MATCH_SOP_CLASS, f"{attribute.keyword} {why}", attribute.tag)


def _key(attribute: Attribute, identifier: Identifier) -> Key:
    tag = attribute.tag
    value = identifier.values.get(tag, "")
    fault = identifier.faults.get(tag)
    _check_value(attribute, attribute.vr, value, fault)
    item = identifier.items.get(tag, {}) if attribute.source is Source.ITEMS else {}
    return Key(
        attribute=attribute,
        value=value,
        is_undecodable=fault is not None,
        items=tuple(_item_key(attribute, identifier, inner) for inner in sorted(item) if inner in attribute.item_tags),
        wants_whole_items=attribute.source is Source.ITEMS and all(map(_is_no_key, item)),
    )


def _item_key(attribute: Attribute, identifier: Identifier, tag: int) -> ItemKey:
    value, vr = identifier.items[attribute.tag][tag], ITEM_VRS[tag]
    fault = identifier.item_faults.get((attribute.tag, tag))
    _check_value(attribute, vr, value, fault)
    return ItemKey(tag=tag, vr=vr, value=value, is_undecodable=fault is not None)


def _unsupported_in_item(attribute: Attribute, identifier: Identifier) -> list[int]:
    """Tags in the item of a key that are neither matched nor returned, such as those of nested sequences."""
    item = identifier.items.get(attribute.tag, {})
    return sorted(tag for tag in item if tag not in attribute.item_tags and not _is_no_key(tag))


def _is_no_key(tag: int) -> bool:
    return tag in _OTHER_TAGS or not tag & 0xFFFF


def _check_value(attribute: Attribute, vr: bytes, value: str, fault: KeyFault | None) -> None:
    """Raise IdentifierError for what no key can have; one that cannot be decoded is one that matches nothing."""
    if fault is KeyFault.MISPLACED:
        why = "is no sequence" if attribute.source is Source.ITEMS else "is a sequence"
        raise IdentifierError(Status.DOES_NOT_MATCH_SOP_CLASS, f"{attribute.keyword} {why}", attribute.tag)
    is_list = vr == b"UI"
    is_long = not is_list and (len(value) > _LONGEST_VALUE or value.count("\\") >= _MOST_VALUES)
    if is_long or fault is KeyFault.TOO_LONG:
        most = f"{MOST_UIDS} values" if is_list else f"{_LONGEST_VALUE} characters or {_MOST_VALUES} values"
        raise IdentifierError(Status.DOES_NOT_MATCH_SOP_CLASS, f"Over {most}: {attribute.keyword}", attribute.tag)
