-- Allots an order line to the first batch, in order of preference, that has enough available.
-- allocate(order, sku, quantity): the batch, or an error.

-- Space in each page, so that an update stays on it and touches no index.
CREATE TABLE batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ref text NOT NULL UNIQUE,
    sku text NOT NULL,
    eta date,
    available bigint NOT NULL CHECK (available >= 0)
) WITH (fillfactor = 50);
-- No eta is in the warehouse, which comes first; then the batch added first.
CREATE INDEX preference ON batches (sku, eta NULLS FIRST, id);

CREATE TABLE lines (
    "order" text,
    sku text,
    quantity bigint,
    batch text NOT NULL,
    PRIMARY KEY ("order", sku, quantity)
);

CREATE FUNCTION allocate(an_order text, a_sku text, a_quantity bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    chosen record;
    held text;
BEGIN
    SELECT batch INTO held FROM lines
        WHERE "order" = an_order AND sku = a_sku AND quantity = a_quantity;
    IF FOUND THEN RETURN held; END IF;
    SELECT id, ref INTO chosen FROM batches
        WHERE sku = a_sku AND available >= a_quantity
        ORDER BY eta NULLS FIRST, id LIMIT 1 FOR UPDATE;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM batches WHERE sku = a_sku) THEN
            RAISE 'Out of stock for sku %', a_sku;
        END IF;
        RAISE 'Invalid sku %', a_sku;
    END IF;
    UPDATE batches SET available = available - a_quantity WHERE id = chosen.id;
    INSERT INTO lines VALUES (an_order, a_sku, a_quantity, chosen.ref);
    RETURN chosen.ref;
END $$;
