"""A page without its menus: where bylines and times are looked for that nothing declares."""

from functools import cached_property

from lxml.html import HtmlElement

_FRAME = frozenset({"nav", "head", "svg", "select", "template"})


class Content:
    """A page's tree; its elements outside menus are gathered when they are first asked for: most pages declare what they are."""

    def __init__(self, tree: HtmlElement) -> None:
        self.tree = tree

    @cached_property
    def elements(self) -> list[HtmlElement]:
        """In document order. Menus may be three quarters of all elements."""
        found: list[HtmlElement] = []
        rest = [self.tree]
        while rest:
            element = rest.pop()
            if element.tag not in _FRAME:
                found.append(element)
                if len(element):
                    rest.extend(element[::-1])
        return found
