-- What an account trades, as the margin watch and the pools look at it; null when it trades nothing.

ALTER TABLE exposure ADD COLUMN clearing jsonb;
