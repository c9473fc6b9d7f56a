"""The people of the tests of submissions, who signed in with Microsoft."""

from tests.preflight.conftest import _a_fresh_process, _no_check_goes_on, as_rita, as_rolf, rita, rolf

__all__ = ["_a_fresh_process", "_no_check_goes_on", "as_rita", "as_rolf", "rita", "rolf"]
