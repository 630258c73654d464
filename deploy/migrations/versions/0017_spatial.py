"""The function that tells the box around a stored shape.

Revision 0017, after 0016, written 2026-11-22.
Expand first, contract a release later: the code before and the code after this step both run on the result.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# What the code expects (hub.rows.shapes) is written out here: a migration does not change when the code does.
SHAPE_BOX = """
CREATE OR REPLACE FUNCTION hub.shape_box(shape bytea) RETURNS box
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bits bigint; number float8[4]; at int; is_point boolean := (get_byte(shape, 3) >> 1) & 7 = 0;
BEGIN
    FOR i IN 1 .. CASE WHEN is_point THEN 2 ELSE 4 END LOOP
        at := CASE WHEN is_point THEN 5 ELSE 0 END + 8 * i;
        bits := (get_byte(shape, at + 7)::bigint << 56) | (get_byte(shape, at + 6)::bigint << 48)
            | (get_byte(shape, at + 5)::bigint << 40) | (get_byte(shape, at + 4)::bigint << 32)
            | (get_byte(shape, at + 3)::bigint << 24) | (get_byte(shape, at + 2)::bigint << 16)
            | (get_byte(shape, at + 1)::bigint << 8) | get_byte(shape, at)::bigint;
        number[i] := CASE WHEN bits & 9223372036854775807 = 0 THEN 0 ELSE
            CASE WHEN bits < 0 THEN -1 ELSE 1 END
            * ((bits & 4503599627370495) | 4503599627370496)::float8
            * power(2::float8, (((bits >> 52) & 2047) - 1075)::float8) END;
    END LOOP;
    IF is_point THEN
        RETURN box(point(number[1], number[2]), point(number[1], number[2]));
    END IF;
    RETURN box(point(number[1], number[3]), point(number[2], number[4]));
END $$
"""


def upgrade() -> None:
    """Make the function; the four (of a point: two) doubles of a GeoPackage head are put together bit by bit."""
    op.execute(SHAPE_BOX)


def downgrade() -> None:
    """Drop the function; this fails where a table of rows has shapes, whose boxes rest on it."""
    op.execute("DROP FUNCTION hub.shape_box(bytea)")
