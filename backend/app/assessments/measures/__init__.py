"""考评数据: what elements were measured, from the product, from imports and from owners."""
