-- A message that is no event of ours is known by what it says: one dead letter, however often it was
-- stored or came.
delete from delivery.dead copy using delivery.dead first
where copy.key = '00000000-0000-0000-0000-000000000000' and first.key = copy.key
  and first.stream = copy.stream and first.payload = copy.payload
  and (first.at, first.event) < (copy.at, copy.event);

create unique index dead_stray on delivery.dead (stream, sha256(payload))
    where key = '00000000-0000-0000-0000-000000000000';

-- Its place says nothing: a stream that was made again has another one there.
alter table delivery.dead drop constraint dead_key_source_sequence_stream_key;

create unique index dead_event on delivery.dead (key, source, sequence, stream)
    where key <> '00000000-0000-0000-0000-000000000000';
