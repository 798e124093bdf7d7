"""One person, one node, one parent: all that a tree can hold."""

from django.db import models
from mptt.models import MPTTModel, TreeForeignKey
from tree_queries.models import TreeNode
from treebeard.mp_tree import MP_Node


class Nested(MPTTModel):
    parent = TreeForeignKey("self", models.CASCADE, null=True, related_name="children")


class Path(MP_Node):
    pass


class Linked(TreeNode):
    pass
