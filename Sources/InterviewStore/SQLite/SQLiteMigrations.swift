internal import GRDB

/// Every change of the tables, in order. A migration that was released is never edited.
///
/// Moments are whole milliseconds since 1970. `segment` is a plain rowid table with a unique index: rows of
/// many interviews lie one behind the other, so a commit touches few pages, and the index still refuses a
/// place or an item that is taken.
enum SQLiteMigrations {
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-interviews") { database in
            try database.execute(
                sql: """
                    CREATE TABLE tenant (
                        id TEXT PRIMARY KEY NOT NULL,
                        created_at INTEGER NOT NULL
                    ) WITHOUT ROWID, STRICT;
                    INSERT INTO tenant (id, created_at) VALUES ('local', 0);

                    CREATE TABLE plan (
                        tenant_id TEXT NOT NULL REFERENCES tenant(id),
                        id TEXT NOT NULL,
                        version INTEGER NOT NULL,
                        document TEXT NOT NULL,
                        created_at INTEGER NOT NULL,
                        PRIMARY KEY (tenant_id, id, version)
                    ) WITHOUT ROWID, STRICT;

                    CREATE TABLE interview (
                        number INTEGER PRIMARY KEY,
                        id TEXT NOT NULL UNIQUE,
                        tenant_id TEXT NOT NULL,
                        plan_id TEXT NOT NULL,
                        plan_version INTEGER NOT NULL,
                        status TEXT NOT NULL,
                        status_reason TEXT,
                        candidate_name TEXT,
                        practice INTEGER NOT NULL,
                        created_at INTEGER NOT NULL,
                        started_at INTEGER,
                        ended_at INTEGER,
                        progress TEXT,
                        FOREIGN KEY (tenant_id, plan_id, plan_version) REFERENCES plan(tenant_id, id, version)
                    ) STRICT;
                    CREATE INDEX interview_by_tenant ON interview (tenant_id, number);
                    CREATE INDEX interview_under_way ON interview (status)
                        WHERE status NOT IN ('completed', 'ended', 'abandoned', 'failed');

                    CREATE TABLE ticket (
                        hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
                        id TEXT NOT NULL UNIQUE,
                        tenant_id TEXT NOT NULL REFERENCES tenant(id),
                        kind TEXT NOT NULL CHECK (kind IN ('single', 'practice')),
                        interview_id TEXT REFERENCES interview(id),
                        plan_id TEXT,
                        created_at INTEGER NOT NULL,
                        expires_at INTEGER NOT NULL,
                        used_at INTEGER
                    ) WITHOUT ROWID, STRICT;

                    CREATE TABLE candidate_token (
                        hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
                        tenant_id TEXT NOT NULL REFERENCES tenant(id),
                        interview_id TEXT NOT NULL REFERENCES interview(id),
                        expires_at INTEGER NOT NULL
                    ) WITHOUT ROWID, STRICT;

                    CREATE TABLE call (
                        number INTEGER PRIMARY KEY,
                        id TEXT NOT NULL UNIQUE,
                        interview_id TEXT NOT NULL REFERENCES interview(id),
                        upstream_call_id TEXT,
                        started_at INTEGER NOT NULL,
                        ended_at INTEGER,
                        end_reason TEXT
                    ) STRICT;
                    CREATE INDEX call_by_interview ON call (interview_id, number);

                    CREATE TABLE segment (
                        number INTEGER PRIMARY KEY,
                        interview INTEGER NOT NULL REFERENCES interview(number),
                        sequence INTEGER NOT NULL,
                        speaker TEXT NOT NULL,
                        item_id TEXT NOT NULL,
                        text TEXT NOT NULL,
                        start_ms INTEGER NOT NULL,
                        end_ms INTEGER NOT NULL,
                        question_id TEXT,
                        interrupted INTEGER NOT NULL
                    ) STRICT;
                    CREATE UNIQUE INDEX segment_place ON segment (interview, sequence);
                    CREATE UNIQUE INDEX segment_item ON segment (interview, item_id, speaker);

                    CREATE TABLE event (
                        number INTEGER PRIMARY KEY,
                        interview INTEGER NOT NULL REFERENCES interview(number),
                        kind TEXT NOT NULL,
                        at INTEGER NOT NULL,
                        body TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX event_by_interview ON event (interview, number);
                    """
            )
        }
        migrator.registerMigration("2-tickets-by-interview") { database in
            // A new link looks for the unused ones before it.
            try database.execute(sql: "CREATE INDEX ticket_by_interview ON ticket (interview_id) WHERE used_at IS NULL")
        }
        migrator.registerMigration("3-api-keys") { database in
            try database.execute(
                sql: """
                    CREATE TABLE api_key (
                        hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
                        id TEXT NOT NULL UNIQUE,
                        tenant_id TEXT NOT NULL REFERENCES tenant(id),
                        name TEXT NOT NULL,
                        role TEXT NOT NULL CHECK (role IN ('admin', 'interviewer', 'reviewer')),
                        created_at INTEGER NOT NULL,
                        last_used_at INTEGER,
                        revoked_at INTEGER
                    ) WITHOUT ROWID, STRICT;
                    CREATE INDEX api_key_by_tenant ON api_key (tenant_id, created_at);
                    """
            )
        }
        migrator.registerMigration("4-life-of-tokens") { database in
            // The tokens of an interview end together, with a new link or with the interview.
            try database.execute(
                sql: """
                    ALTER TABLE interview ADD COLUMN origin TEXT;
                    CREATE INDEX candidate_token_by_interview ON candidate_token (interview_id);
                    """
            )
        }
        migrator.registerMigration("5-calls-by-end") { database in
            // The connected minutes of a day are looked up before and during each call.
            try database.execute(sql: "CREATE INDEX call_by_end ON call (ended_at)")
        }
        return migrator
    }
}
