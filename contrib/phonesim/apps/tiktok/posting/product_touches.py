"""Touches on links and products: what is linked, which product of the showcase, under which name."""

from phonesim.apps.navigation import LOAD_S, Page
from phonesim.apps.tiktok.posting.products import ROW, rows_seen
from phonesim.apps.tiktok.posting.touches import Touches
from phonesim.shops import Product, sold_by


class ProductTouches(Touches):
    """A product is only linked once its name was given."""

    def open_link(self, account: str) -> None:
        """The row "Add link": an account that sells chooses between a product and a link, others type a link."""
        offered = sold_by(account)
        if offered is None:
            self._on_type_link("")
            return
        self.state.offered = () if self._phone.faults.active("no_products") else offered
        self._nav.show("link_kinds")

    def _on_type_link(self, _: str) -> None:
        self._nav.overlays = []
        self.made.texts["link"] = self.made.link
        self._nav.show("product_link")
        self._nav.field = "link"

    def _on_add_link(self, _: str) -> None:
        self.made.link = self.made.texts["link"].strip()
        self._nav.close()

    def _on_open_products(self, _: str) -> None:
        self.state.passed = 0
        self._nav.enter(Page(name="products"), self._phone.faults.seconds("products_late", 4.0) or LOAD_S)

    def _on_take_product(self, number: str) -> None:
        product = self.state.offered[int(number)]
        if self._phone.faults.active("product_unnamed"):
            self._link(product, product.name)
            return
        self.state.named = product
        self.made.texts["product_name"] = product.name
        self._nav.enter(Page(name="product_name"), LOAD_S)

    def _on_name_product(self, _: str) -> None:
        if self.state.named is not None:
            self._link(self.state.named, self.made.texts["product_name"])

    def _link(self, product: Product, name: str) -> None:
        """Back on the form, whose row shows the product now."""
        self.made.product, self.made.product_name = product, name
        while self._nav.page.name in ("products", "product_name") and self._nav.leave():
            pass

    def _on_drop_product(self, _: str) -> None:
        """The X in the form's row."""
        self.made.product, self.made.product_name = None, ""

    def scroll_products(self, dy: int) -> None:
        """A drag up or down moves the list by whole rows."""
        most = max(0, len(self.state.offered) - rows_seen(self._phone.frame.bottom))
        self.state.passed = min(most, max(0, self.state.passed - round(dy / ROW)))
