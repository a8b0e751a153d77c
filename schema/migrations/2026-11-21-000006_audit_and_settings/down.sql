ALTER TABLE organizations
    DROP COLUMN time_zone,
    DROP COLUMN business_hours,
    DROP COLUMN currency;
