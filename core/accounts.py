"""The staff account, as everything below the registry sees it: settings.AUTH_USER_MODEL.

The registry keeps accounts, and nothing here may import it. Only the type checker looks there.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.models import User as Account
else:
    Account = Any

__all__ = ["Account"]
