import Money
import Orders
import Testing

@Suite struct `The payout rules` {
    typealias Row = (from: PayoutStatus, to: Set<PayoutStatus>)

    /// All 36 pairs: what each status may become; everything else is refused.
    static let table: [Row] = [
        (.pending, [.completed, .failed]),
        (.completed, [.reversalPending]),
        (.failed, [.completed, .permanentlyFailed]),
        (.reversalPending, [.reversed, .permanentlyFailed]),
        (.reversed, []),
        (.permanentlyFailed, []),
    ]

    /// Where news leads from each status, by the statuses on the way. While an attempt is open for those that can have
    /// one.
    static let news: [(from: PayoutStatus, succeeded: String, failed: String, reversed: String)] = [
        (.pending, "completed", "failed", "completed reversal_pending reversed"),
        (.completed, "", "", "reversal_pending reversed"),
        (.failed, "completed", "failed", "completed reversal_pending reversed"),
        (.reversalPending, "", "", "reversed"),
        (.reversed, "", "", ""),
        (.permanentlyFailed, "", "", ""),
    ]

    @Test func `allow exactly the arrows of the diagram`() {
        #expect(Self.table.map(\.from) == PayoutStatus.allCases)
        for row in Self.table {
            for next in PayoutStatus.allCases {
                #expect(row.from.canBecome(next) == row.to.contains(next), "\(row.from) to \(next)")
            }
        }
    }

    @Test func `take news in any order, only along the arrows`() throws {
        #expect(Self.news.map(\.from) == PayoutStatus.allCases)
        for row in Self.news {
            let payout = sample(row.from)
            let cells: [(PayoutRules.News, String)] = [
                (.succeeded, row.succeeded), (.failed("declined"), row.failed), (.reversed, row.reversed),
                (.underWay, ""),
            ]
            for (news, expected) in cells {
                let steps = PayoutRules().steps(of: payout, on: news, at: start)
                #expect(steps.map(\.status.rawValue).joined(separator: " ") == expected, "\(news) on \(row.from)")
                for (before, after) in zip([payout] + steps, steps) where before.status != after.status {
                    #expect(before.status.canBecome(after.status), "\(before.status) to \(after.status)")
                }
                let again = steps.last.map { PayoutRules().steps(of: $0, on: news, at: start) }
                #expect(again?.isEmpty ?? true, "\(news) on \(row.from), twice")
            }
        }
    }

    @Test func `believe that a failed attempt succeeded after all`() {
        let payout = sample(.failed, open: false)
        #expect(PayoutRules().steps(of: payout, on: .succeeded, at: start).map(\.status) == [.completed])
        #expect(PayoutRules().steps(of: payout, on: .failed("again"), at: start).isEmpty)
    }

    @Test func `repeat an attempt whose outcome is unknown, and make a new one only after a no`() throws {
        let rules = PayoutRules()
        for status in [PayoutStatus.pending, .failed] {
            let payout = sample(status)
            #expect(try rules.retry(payout, of: dollars("70.00"), at: start) == payout)
        }
        let next = try rules.retry(sample(.failed, open: false), of: dollars("70.00"), at: start)
        #expect(next.attempt == 2 && next.isAttemptOpen && next.status == .failed)
        #expect(next.amount.decimalString == "70.00", "what is settled by then")
        #expect(throws: PayoutRefusal.nothingToPayOut) {
            try rules.retry(sample(.failed, open: false), of: .zero(.usd), at: start)
        }
        for status in [PayoutStatus.completed, .reversalPending, .reversed, .permanentlyFailed] {
            #expect(throws: PayoutRefusal.wrongState(command: "retry", status: status)) {
                try rules.retry(sample(status), of: dollars("70.00"), at: start)
            }
        }
    }

    @Test func `give up after three attempts`() throws {
        let rules = PayoutRules()
        var payout = sample(.pending)
        for attempt in 1...3 {
            #expect(payout.attempt == attempt)
            payout = try #require(rules.steps(of: payout, on: .failed("declined"), at: start).last)
            #expect(payout.failure == "declined" && !payout.isAttemptOpen)
            #expect(payout.status == (attempt == 3 ? .permanentlyFailed : .failed))
            if attempt < 3 { payout = try rules.retry(payout, of: payout.amount, at: start) }
        }
        #expect(payout.isOver && !payout.mayHoldMoney)
    }

    @Test func `reverse only what the seller has`() throws {
        for status in PayoutStatus.allCases {
            let payout = sample(status)
            if status == .completed {
                #expect(try PayoutRules().reverse(payout, at: start).status == .reversalPending)
            } else {
                #expect(throws: PayoutRefusal.wrongState(command: "reverse", status: status)) {
                    try PayoutRules().reverse(payout, at: start)
                }
            }
        }
    }

    @Test func `take money for lost that does not come back in ten days`() throws {
        let asked = try PayoutRules().reverse(sample(.completed), at: start)
        let (last, due) = (start.advanced(bySeconds: 10 * 86_400 - 1), start.advanced(bySeconds: 10 * 86_400))
        #expect(PayoutRules().overdue(asked, at: last) == nil)
        let lost = try #require(PayoutRules().overdue(asked, at: due))
        #expect(lost.status == .permanentlyFailed && lost.mayHoldMoney && !lost.isOver)
        #expect(PayoutRules().overdue(sample(.completed), at: due) == nil)
    }

    /// Whether the earnings may be paid out anew, and whether they may be refunded, after one payout of each status.
    @Test(arguments: [
        (PayoutStatus.pending, true, false, false), (.completed, false, false, false), (.failed, true, false, false),
        (.failed, false, false, true), (.reversalPending, false, false, false), (.reversed, false, true, true),
        (.permanentlyFailed, false, false, false),
    ])
    func `keep earnings from being spent twice`(
        status: PayoutStatus, isOpen: Bool, mayPayOut: Bool, mayRefund: Bool
    ) throws {
        let (rules, payout) = (PayoutRules(), sample(status, open: isOpen))
        if mayPayOut {
            #expect(try rules.requirePayable(dollars("100.00"), after: [payout]).decimalString == "100.00")
        } else {
            #expect(throws: PayoutRefusal.alreadyPaidOut(payout.id, status)) {
                try rules.requirePayable(dollars("100.00"), after: [payout])
            }
        }
        if mayRefund {
            try rules.requireRefundable(after: [payout])
        } else {
            #expect(throws: PayoutRefusal.paidOut(payout.id, status)) { try rules.requireRefundable(after: [payout]) }
        }
    }

    @Test func `pay out nothing but what is there`() {
        for amount in ["0.00", "-1.00"] {
            #expect(throws: PayoutRefusal.nothingToPayOut) {
                try PayoutRules().requirePayable(dollars(amount), after: [])
            }
        }
    }

    @Test func `explain themselves`() {
        let id = PayoutID(rawValue: 7)
        let sentences: [(PayoutRefusal, String)] = [
            (.wrongState(command: "reverse", status: .pending), "Cannot reverse a payout that is pending."),
            (.alreadyPaidOut(id, .completed), "The order's earnings are in payout 7, which is completed."),
            (.paidOut(id, .pending), "Cannot refund what was paid out: payout 7 is pending. Reverse it first."),
            (.nothingToPayOut, "Nothing of the order is captured and not refunded."),
        ]
        for (refusal, sentence) in sentences { #expect(refusal.description == sentence) }
        #expect(Set(sentences.map(\.0.code)) == Set(PayoutRefusal.Code.allCases))
    }

    private let start = Timestamp(secondsSince1970: 0)

    private func dollars(_ text: String) throws -> Money { try Money(decimal: text, .usd) }

    private func sample(_ status: PayoutStatus, open: Bool = true) -> Payout {
        let isUndecided = status == .pending || status == .failed
        return Payout(
            id: PayoutID(rawValue: 1), orderID: OrderID(rawValue: 1), sellerID: "s1",
            amount: Money(minorUnits: 10_000, .usd), status: status, attempt: 1,
            isAttemptOpen: open && isUndecided, createdAt: start, updatedAt: start,
            completedAt: isUndecided ? nil : start, failure: nil)
    }
}
