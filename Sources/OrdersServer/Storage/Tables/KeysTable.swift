import Orders

/// The table `idempotency_keys`.
extension OrderTables {
    /// What is kept of a key.
    struct KeyRow: Sendable {
        let record: KeyRules.Record
        let resource: String?
        let answer: KeptAnswer?
    }

    func key(_ request: KeyRules.Request) throws -> KeyRow? {
        try connection.run(
            """
            SELECT endpoint, fingerprint, state, created_at, resource, status, headers, body
            FROM idempotency_keys WHERE account = $1 AND idempotency_key = $2
            """, [.text(request.account), .text(request.key)]
        ).rows.first.map(Self.keyRow)
    }

    /// Takes a key for a request, if it is free or has outlived its record.
    ///
    /// - Returns: Whether it was.
    func insertKey(_ request: KeyRules.Request, resource: String?, at now: Timestamp) throws -> Bool {
        try connection.run(
            """
            INSERT INTO idempotency_keys
                (account, idempotency_key, endpoint, fingerprint, state, resource, created_at, expires_at)
            VALUES ($1, $2, $3, $4, 'in_flight', $5, $6, $7)
            ON CONFLICT (account, idempotency_key) DO UPDATE SET
                endpoint = excluded.endpoint, fingerprint = excluded.fingerprint, state = excluded.state,
                resource = excluded.resource, status = NULL, headers = NULL, body = NULL,
                created_at = excluded.created_at, expires_at = excluded.expires_at
            WHERE idempotency_keys.expires_at <= excluded.created_at
            RETURNING account
            """,
            [
                .text(request.account), .text(request.key), .text(request.endpoint), .text(request.fingerprint),
                SQLValue(resource), .integer(now.secondsSince1970),
                .integer(now.advanced(bySeconds: KeyRules.lifeSeconds).secondsSince1970),
            ]
        ).rows.count == 1
    }

    /// Notes what a request has made.
    func noteResource(_ path: String, of request: KeyRules.Request) throws {
        _ = try connection.run(
            "UPDATE idempotency_keys SET resource = $1 WHERE account = $2 AND idempotency_key = $3",
            [.text(path), .text(request.account), .text(request.key)])
    }

    /// Ends a request that was in flight since that time: with an answer, or interrupted.
    func settleKey(_ request: KeyRules.Request, claimedAt: Timestamp, _ answer: KeptAnswer?) throws {
        _ = try connection.run(
            """
            UPDATE idempotency_keys SET state = $1, status = $2, headers = $3, body = $4
            WHERE account = $5 AND idempotency_key = $6 AND state = 'in_flight' AND created_at = $7
            """,
            [
                .text((answer == nil ? KeyRules.Record.State.interrupted : .answered).rawValue),
                SQLValue(answer.map { Int64($0.status) }), SQLValue(try answer?.headerText()),
                SQLValue(answer?.bodyText), .text(request.account), .text(request.key),
                .integer(claimedAt.secondsSince1970),
            ])
    }

    /// Forgets a key that has not, as only a bug does.
    func deleteKey(_ request: KeyRules.Request) throws {
        _ = try connection.run(
            "DELETE FROM idempotency_keys WHERE account = $1 AND idempotency_key = $2",
            [.text(request.account), .text(request.key)])
    }

    /// Forgets keys that have outlived their records.
    func deleteExpiredKeys(at now: Timestamp) throws {
        _ = try connection.run(
            "DELETE FROM idempotency_keys WHERE expires_at <= $1", [.integer(now.secondsSince1970)])
    }

    private static func keyRow(from row: SQLRow) throws -> KeyRow {
        guard let state = KeyRules.Record.State(rawValue: row.text(2)) else {
            throw UnreadableRow(description: "An idempotency key has the unknown state \"\(row.text(2))\".")
        }
        let record = KeyRules.Record(
            endpoint: row.text(0), fingerprint: row.text(1), state: state,
            createdAt: Timestamp(secondsSince1970: row.integer(3)))
        let answer =
            state == .answered
            ? try KeptAnswer(status: Int(row.integer(5)), headers: row.text(6), body: row.text(7)) : nil
        return KeyRow(record: record, resource: row.optionalText(4), answer: answer)
    }
}
