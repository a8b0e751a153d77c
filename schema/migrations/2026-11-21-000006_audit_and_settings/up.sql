ALTER TABLE organizations
    -- The IANA time zone in which its day begins.
    ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
    -- When it is open, in that time zone: by day of the week, lists of {"start": "09:00", "end": "17:00"}.
    ADD COLUMN business_hours jsonb NOT NULL DEFAULT '{
        "monday": [{"start": "09:00", "end": "17:00"}],
        "tuesday": [{"start": "09:00", "end": "17:00"}],
        "wednesday": [{"start": "09:00", "end": "17:00"}],
        "thursday": [{"start": "09:00", "end": "17:00"}],
        "friday": [{"start": "09:00", "end": "17:00"}]
    }',
    -- The ISO 4217 code of the currency in which it sells.
    ADD COLUMN currency text NOT NULL DEFAULT 'USD';
