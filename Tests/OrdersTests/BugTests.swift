import Orders
import Testing

/// Each bug by the shortest path that shows it, over HTTP, and the same path on the correct service.
@Suite struct `A bug` {
    /// What is sent to an order of 100.00 USD, and the outcomes with the bug and without it.
    struct Path: Sendable {
        let bug: Bug
        let requests: [String]
        let buggy: [String]
        let correct: [String]
    }

    static let paths: [Path] = [
        Path(
            bug: .doubleRefund, requests: ["/pay", "/refund", "/refund"],
            buggy: ["200", "200 100.00", "200 200.00"], correct: ["200", "200 100.00", "409 wrong_state"]),
        Path(
            bug: .refundAfterCancel, requests: ["/cancel", "/refund"],
            buggy: ["200", "200 100.00"], correct: ["200", "409 wrong_state"]),
        Path(
            bug: .captureAfterRefund, requests: ["/pay", "/refund", "/capture"],
            buggy: ["200", "200 100.00", "200 captured 100.00"], correct: ["200", "200 100.00", "409 wrong_state"]),
        Path(
            bug: .partialRefundOverflow, requests: ["/pay", "/refund 75.00", "/refund 75.00"],
            buggy: ["200", "200 75.00", "200 150.00"],
            correct: ["200", "200 75.00", "422 amount_exceeds_refundable"]),
        Path(
            bug: .roundingOverflow, requests: ["/pay", "/refund 100.01"],
            buggy: ["200", "200 100.01"], correct: ["200", "422 amount_exceeds_refundable"]),
        Path(
            bug: .negativeRefund, requests: ["/pay", "/refund -25.00"],
            buggy: ["200", "200 -25.00"], correct: ["200", "422 amount_not_positive"]),
        Path(
            bug: .partialRefundCloses, requests: ["/pay", "/refund 25.00", "/refund 75.00"],
            buggy: ["200", "200 25.00", "409 wrong_state"], correct: ["200", "200 25.00", "200 100.00"]),
        Path(
            bug: .doubleCapture, requests: ["/pay", "/capture", "/capture"],
            buggy: ["200", "200 captured 100.00", "200 captured 200.00"],
            correct: ["200", "200 captured 100.00", "409 wrong_state"]),
        Path(
            bug: .lateCancel, requests: ["/pay", "/cancel"], buggy: ["200", "200"],
            correct: ["200", "409 wrong_state"]),
        Path(
            bug: .payAfterExpiry, requests: ["expire", "/pay"], buggy: ["200", "200"],
            correct: ["200", "409 wrong_state"]),
        Path(
            bug: .staleTotal, requests: ["/pay", "/refund 75.00", "/refund 75.00"],
            buggy: ["200", "200 75.00", "200 75.00"],
            correct: ["200", "200 75.00", "422 amount_exceeds_refundable"]),
        Path(
            bug: .staleStatus, requests: ["/pay", "/capture", "/capture"],
            buggy: ["200", "200 captured 100.00", "200 captured 200.00"],
            correct: ["200", "200 captured 100.00", "409 wrong_state"]),
        Path(
            bug: .crashOnUnpaidRefund, requests: ["/refund"], buggy: ["500 internal_error"],
            correct: ["409 wrong_state"]),
    ]

    @Test(arguments: DatabaseKind.tested, paths)
    func `is a real defect and is absent without its flag`(on kind: DatabaseKind, path: Path) throws {
        #expect(try outcomes(of: path.requests, on: kind, bugs: [path.bug]) == path.buggy, "with \(path.bug.rawValue)")
        #expect(try outcomes(of: path.requests, on: kind, bugs: []) == path.correct, "without \(path.bug.rawValue)")
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.refusedRefundLeavesRow]])
    func `may leave a row of a refused refund`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let service = try Service(on: kind, bugs: bugs)
        let order = try service.order(in: .paid)
        #expect(try service.refund(order, "100.01").outcome == "422 amount_exceeds_refundable")
        #expect(try service.sumOfRefundRows(order) == (bugs.isEmpty ? 0 : 10_001))
        #expect(try service.refund(order, "25.00")["refund_id"] == (bugs.isEmpty ? "1" : "2"))
        #expect(try service.sumOfRefundRows(order) == (bugs.isEmpty ? 2500 : 12_501))
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.getTouches]])
    func `may make reading an order a write`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let service = try Service(on: kind, bugs: bugs)
        let order = try service.newOrder()
        let probe = try ChangeProbe(service.database)
        let before = try probe.version()
        #expect(try service.client.get(order).status == 200)
        #expect(try (probe.version() == before) == bugs.isEmpty)
    }

    @Test(arguments: DatabaseKind.tested, [Set<Bug>(), [.staleTotal]])
    func `may make the order disagree with its refunds`(on kind: DatabaseKind, bugs: Set<Bug>) throws {
        let service = try Service(on: kind, bugs: bugs)
        let order = try service.order(in: .paid)
        _ = try service.refund(order, "25.00")
        #expect(try service.sumOfRefundRows(order) == 2500)
        #expect(try service.client.get(order)["refunded_amount"] == (bugs.isEmpty ? "25.00" : "0.00"))
    }

    @Test func `has a name, a sentence and a precedent`() {
        for bug in Bug.allCases {
            #expect(bug.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)+/) != nil)
            #expect(bug.summary.hasSuffix(".") && bug.summary.count > 40)
            #expect(!bug.seenInTheWild.isEmpty)
        }
        let shown = Set(Self.paths.map(\.bug)).union([.refusedRefundLeavesRow, .getTouches, .staleTotal])
        #expect(shown == Set(Bug.found(by: .payments)), "every bug is shown by a test")
    }

    private func outcomes(of requests: [String], on kind: DatabaseKind, bugs: Set<Bug>) throws -> [String] {
        let service = try Service(on: kind, bugs: bugs)
        let order = try service.newOrder()
        return try requests.map { request in
            let parts = request.split(separator: " ").map(String.init)
            switch parts[0] {
            case "expire": return try service.passPaymentWindow().outcome
            case "/refund":
                let isPartial = parts.count == 2
                let answer = try isPartial ? service.refund(order, parts[1]) : service.client.post(order + "/refund")
                return answer.outcome + (answer["refunded_amount"].map { " \($0)" } ?? "")
            case "/capture":
                let answer = try service.client.post(order + "/capture")
                return answer.outcome + (answer["captured_amount"].map { " captured \($0)" } ?? "")
            default: return try service.client.post(order + parts[0]).outcome
            }
        }
    }
}
