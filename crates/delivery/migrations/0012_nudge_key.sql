-- Another year's calendar wishes a hundred thousand cases awake at once, and a few thousand are passed on
-- at a time.
create index nudge_key on delivery.nudge (key);
