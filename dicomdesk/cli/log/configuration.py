"""Log configuration files in log4cplus's property format (``--log-config``), and the log they describe.

Understood are: root and named loggers with a level or ``INHERIT`` and a list of appenders; additivity; console, file,
rolling file, daily rolling file, syslog and null appenders; pattern, simple and TTCC layouts; thresholds and filters;
``${name}`` for other settings, ``appname``, ``date``, ``time``, ``pid``, ``hostname`` and the environment. As with
log4cplus, a mistake in a part is told on stderr and the rest works.
"""

import os
import platform
import re
import time
from collections.abc import Callable, Mapping

from dicomdesk.cli.log.appenders import (
    DailyRollingFileAppender,
    FileAppender,
    Filter,
    FilterDecision,
    FilteredAppender,
    NullAppender,
    RollingFileAppender,
    Schedule,
    SyslogAppender,
)
from dicomdesk.cli.log.layouts import Layout, pattern_layout, simple_layout, ttcc_layout
from dicomdesk.cli.options.grammar import CommandLineError
from dicomdesk.cli.output.standard_streams import write_stderr
from dicomdesk.human import printable
from dicomdesk.logs import Appender, Level, Log, Route, StreamAppender, find_level
from dicomdesk.named_files import read_named_file

Properties = Mapping[str, str]

_PREFIX = "log4cplus."
_VARIABLE = re.compile(r"\$\{([^}]{0,256})\}")
_DEFAULT_ROLLING_BYTES = 10 * 1024 * 1024
_LARGEST_BYTES = 1 << 20
"""Of a configuration file, and of what its variables stand for."""
_MOST_BACKUPS = 1000


def load_log(path: str, *, application: str, environment: Mapping[str, str] | None = None) -> Log:
    """Load the log that a configuration file describes; raises CommandLineError in the words of the DCMTK tools."""
    variables = {**(os.environ if environment is None else environment), **_predefined(application)}
    properties = _expand_variables(read_properties(_read(path)), variables)
    if not properties:
        raise CommandLineError("Specified --log-config file does not contain any settings")
    settings = _section(properties, _PREFIX)
    if not settings:
        raise CommandLineError("Specified --log-config file does not contain any valid settings")
    if "rootLogger" not in settings:
        raise CommandLineError("Specified --log-config file does not set up log4cplus.rootLogger")
    return _build(settings, report_mistake)


def report_mistake(text: str) -> None:
    """Report a mistake in a configuration file on stderr."""
    write_stderr(f"log4cplus:ERROR {printable(text)}\n")


def read_properties(text: str) -> dict[str, str]:
    """Read the settings of a property file; lines that begin with ``#`` are comments."""
    properties = {}
    for line in text.splitlines():
        key, separator, value = line.strip().partition("=")
        if separator and not key.startswith("#"):
            properties[key.strip()] = value.strip()
    return properties


def _read(path: str) -> str:
    if not os.path.isfile(path):
        raise CommandLineError("Specified --log-config file does not exist")
    try:
        text = read_named_file(path, _LARGEST_BYTES).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise CommandLineError("Specified --log-config file cannot be read") from error
    if "\0" in text:
        raise CommandLineError("Specified --log-config file is no text, it holds a NUL character")
    return text


def _predefined(application: str) -> dict[str, str]:
    now = time.localtime()
    return {
        "appname": application,
        "date": time.strftime("%Y%m%d", now),
        "time": time.strftime("%H%M%S", now),
        "pid": str(os.getpid()),
        "hostname": platform.node(),
    }


def _expand_variables(properties: dict[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Replace ``${name}``; settings of the file come before ``variables``, unknown names stay as they are."""
    room = _LARGEST_BYTES

    def value_of(found: re.Match[str]) -> str:
        nonlocal room
        name = found[1]
        value = properties.get(name, variables.get(name, found[0]))
        room -= len(value)
        if room < 0:
            raise CommandLineError("Specified --log-config file is too large with what its variables stand for")
        return value

    return {key: _VARIABLE.sub(value_of, value) for key, value in properties.items()}


def _section(properties: Properties, prefix: str) -> dict[str, str]:
    return {key[len(prefix) :]: value for key, value in properties.items() if key.startswith(prefix)}


def _build(settings: Properties, report: Callable[[str], None]) -> Log:
    appenders: dict[str, Appender] = {}
    for name, kind in _section(settings, "appender.").items():
        if "." not in name:
            appender = _make_appender(kind, _section(settings, f"appender.{name}."), report)
            if appender is not None:
                appenders[name] = appender
    additivity = _section(settings, "additivity.")
    routes = {
        name: _make_route(text, appenders, is_additive=_flag(additivity.get(name, "true")), report=report)
        for name, text in _section(settings, "logger.").items()
    }
    routes[""] = _make_route(settings["rootLogger"], appenders, is_additive=True, report=report)
    if settings["rootLogger"] and routes[""].level is None:
        raise CommandLineError("Specified --log-config file has no valid level for log4cplus.rootLogger")
    if not any(route.appenders for route in routes.values()):
        report("No appenders could be found for logger (root).")
        report("Please initialize the log4cplus system properly.")
    return Log(routes)


def _make_route(
    text: str, appenders: Mapping[str, Appender], *, is_additive: bool, report: Callable[[str], None]
) -> Route:
    level, *names = (part.strip() for part in text.split(","))
    found = []
    for name in names:
        if name in appenders:
            found.append(appenders[name])
        else:
            report(f"PropertyConfigurator::configureLogger()- Invalid appender: {name}")
    return Route(level=find_level(level), appenders=tuple(found), is_additive=is_additive)


def _make_appender(kind: str, settings: Properties, report: Callable[[str], None]) -> Appender | None:
    make = _APPENDERS.get(kind)
    if make is None:
        report(f"PropertyConfigurator::configureAppenders()- Cannot find AppenderFactory: {kind}")
        return None
    layout = _make_layout(settings, report)
    try:
        appender = make(settings, layout)
    except (OSError, ValueError):
        report(f"Unable to open file: {settings['File']}" if settings.get("File") else "Invalid filename")
        return NullAppender()
    except ImportError:
        report(f"{kind} is not available on this system")
        return None
    threshold = find_level(settings.get("Threshold", "")) or Level.ALL
    filters = _make_filters(settings, report)
    if threshold is Level.ALL and not filters:
        return appender
    return FilteredAppender(appender, threshold, filters)


def _make_layout(settings: Properties, report: Callable[[str], None]) -> Layout:
    kind = settings.get("layout", "")
    if kind == "log4cplus::TTCCLayout":
        return ttcc_layout(settings.get("layout.DateFormat", ""), report)
    if kind == "log4cplus::PatternLayout":
        pattern = settings.get("layout.ConversionPattern")
        if pattern is not None:
            return pattern_layout(pattern, report)
        report("ConversionPattern not specified in properties")
    elif kind not in ("", "log4cplus::SimpleLayout"):
        report(f'Cannot find LayoutFactory: "{kind}"')
    return simple_layout


def _make_console(settings: Properties, layout: Layout) -> Appender:
    return StreamAppender(layout, is_error_stream=_flag(settings.get("logToStdErr", "false")))


def _make_file(settings: Properties, layout: Layout) -> Appender:
    return FileAppender(layout, settings.get("File", ""), is_appending=_flag(settings.get("Append", "false")))


def _make_rolling_file(settings: Properties, layout: Layout) -> Appender:
    return RollingFileAppender(
        layout,
        settings.get("File", ""),
        is_appending=_flag(settings.get("Append", "false")),
        limit_bytes=_size_bytes(settings.get("MaxFileSize", "")),
        backups=_backups(settings, 1),
    )


def _make_daily_rolling_file(settings: Properties, layout: Layout) -> Appender:
    name = settings.get("Schedule", "").upper()
    return DailyRollingFileAppender(
        layout,
        settings.get("File", ""),
        is_appending=_flag(settings.get("Append", "false")),
        schedule=Schedule.__members__.get(name, Schedule.DAILY),
        backups=_backups(settings, 10),
    )


def _make_syslog(settings: Properties, layout: Layout) -> Appender:
    return SyslogAppender(layout, ident=settings.get("ident", ""), facility=settings.get("facility", ""))


def _make_null(_settings: Properties, _layout: Layout) -> Appender:
    return NullAppender()


_APPENDERS: Mapping[str, Callable[[Properties, Layout], Appender]] = {
    "log4cplus::ConsoleAppender": _make_console,
    "log4cplus::FileAppender": _make_file,
    "log4cplus::RollingFileAppender": _make_rolling_file,
    "log4cplus::DailyRollingFileAppender": _make_daily_rolling_file,
    "log4cplus::SysLogAppender": _make_syslog,
    "log4cplus::NullAppender": _make_null,
}


def _make_filters(settings: Properties, report: Callable[[str], None]) -> tuple[Filter, ...]:
    filters = []
    number = 1
    while kind := settings.get(f"filters.{number}"):
        make = _FILTERS.get(kind)
        if make is None:
            report(f"Appender::ctor()- Cannot find FilterFactory: {kind}")
        else:
            filters.append(make(_section(settings, f"filters.{number}.")))
        number += 1
    return tuple(filters)


def _deny_all(_settings: Properties) -> Filter:
    return lambda _record: FilterDecision.DENY


def _level_match(settings: Properties) -> Filter:
    wanted = find_level(settings.get("LogLevelToMatch", ""))
    on_match = _on_match(settings)
    return lambda record: on_match if record.level is wanted else FilterDecision.NEUTRAL


def _level_range(settings: Properties) -> Filter:
    lowest = find_level(settings.get("LogLevelMin", "")) or Level.ALL
    highest = find_level(settings.get("LogLevelMax", "")) or Level.OFF
    in_range = FilterDecision.ACCEPT if _flag(settings.get("AcceptOnMatch", "true")) else FilterDecision.NEUTRAL
    return lambda record: in_range if lowest <= record.level <= highest else FilterDecision.DENY


def _string_match(settings: Properties) -> Filter:
    wanted = settings.get("StringToMatch", "")
    on_match = _on_match(settings)
    return lambda record: on_match if wanted and wanted in record.text else FilterDecision.NEUTRAL


def _on_match(settings: Properties) -> FilterDecision:
    return FilterDecision.ACCEPT if _flag(settings.get("AcceptOnMatch", "true")) else FilterDecision.DENY


_FILTERS: Mapping[str, Callable[[Properties], Filter]] = {
    "log4cplus::spi::DenyAllFilter": _deny_all,
    "log4cplus::spi::LogLevelMatchFilter": _level_match,
    "log4cplus::spi::LogLevelRangeFilter": _level_range,
    "log4cplus::spi::StringMatchFilter": _string_match,
}


def _flag(text: str) -> bool:
    return text.lower() in ("true", "1")


def _backups(settings: Properties, default: int) -> int:
    return min(_whole_number(settings.get("MaxBackupIndex", ""), default), _MOST_BACKUPS)


def _whole_number(text: str, default: int) -> int:
    found = re.match(r"[0-9]{1,9}", text)
    return int(found[0]) if found else default


def _size_bytes(text: str) -> int:
    factor = {"KB": 1024, "MB": 1024 * 1024}.get(text[-2:].upper(), 1)
    return _whole_number(text, 0) * factor or _DEFAULT_ROLLING_BYTES
