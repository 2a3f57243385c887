"""What every test run promises: in CI nothing is skipped in silence."""

import os
from collections.abc import Generator

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin that belongs to CI runs only."""
    if os.environ.get("CI"):
        config.pluginmanager.register(NothingSkipped(), "nothing-skipped")


class NothingSkipped:
    """Turns each skip, and each test that is expected to fail, into a failure: CI proves everything or says so."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.outcome == "skipped":
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: skipped, and in CI that is a failure: {reason}"
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if report.outcome == "skipped":
            report.outcome = "failed"
            report.longrepr = f"{collector.nodeid}: skipped as a whole, and in CI that is a failure"
        return report
