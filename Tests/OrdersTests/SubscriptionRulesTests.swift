import Money
import Orders
import Testing

@Suite struct `The subscription rules` {
    @Test func `allow exactly the arrows of the diagram`() {
        let table: [(SubscriptionStatus, Set<SubscriptionStatus>)] = [
            (.pendingPayment, [.active, .expired]), (.active, [.expired, .ended]), (.expired, []), (.ended, []),
        ]
        #expect(table.map(\.0) == SubscriptionStatus.allCases)
        for (from, allowed) in table {
            for next in SubscriptionStatus.allCases {
                #expect(from.canBecome(next) == allowed.contains(next), "\(from) to \(next)")
            }
        }
    }

    typealias Row = (order: OrderStatus, pending: SubscriptionStatus, active: SubscriptionStatus)

    /// What an order's status makes of a subscription that waits and of one that is active, within its time.
    static let table: [Row] = [
        (.pending, .pendingPayment, .active), (.paid, .pendingPayment, .active), (.captured, .active, .active),
        (.refunded, .expired, .ended), (.canceled, .expired, .active), (.expired, .expired, .active),
    ]

    @Test func `follow the order`() {
        #expect(Self.table.map(\.order) == OrderStatus.allCases)
        let rules = SubscriptionRules()
        for row in Self.table {
            let order = order(row.order)
            #expect(rules.current(sample(.pendingPayment), of: order, at: start).status == row.pending)
            #expect(rules.current(sample(.active), of: order, at: start).status == row.active)
            for over in [SubscriptionStatus.expired, .ended] {
                #expect(rules.current(sample(over), of: order, at: start) == sample(over))
            }
        }
    }

    @Test func `never activate what is not captured`() {
        for status in OrderStatus.allCases where status != .captured {
            for seconds in [0, 1799, 1800, 31 * 86_400] as [Int64] {
                let now = start.advanced(bySeconds: seconds)
                #expect(
                    SubscriptionRules().current(sample(.pendingPayment), of: order(status), at: now).status != .active)
            }
        }
    }

    @Test func `go by the clock`() throws {
        let rules = SubscriptionRules()
        let window = start.advanced(bySeconds: Order.paymentWindowSeconds)
        #expect(rules.current(sample(.pendingPayment), of: order(.pending), at: window).status == .expired)
        let justBefore = window.advanced(bySeconds: -1)
        #expect(rules.current(sample(.pendingPayment), of: order(.pending), at: justBefore).status == .pendingPayment)
        let active = rules.current(sample(.pendingPayment), of: order(.captured), at: justBefore)
        let end = try #require(active.endsAt)
        #expect(end == justBefore.advanced(bySeconds: 30 * 86_400))
        #expect(rules.current(active, of: order(.captured), at: end.advanced(bySeconds: -1)).status == .active)
        #expect(rules.current(active, of: order(.captured), at: end).status == .expired)
    }

    @Test func `take only an order that can still be captured, and only once`() throws {
        let rules = SubscriptionRules()
        for status in OrderStatus.allCases {
            if [.pending, .paid, .captured].contains(status) {
                try rules.requireSubscribable(order(status), having: nil, at: start)
            } else {
                #expect(throws: SubscriptionRefusal.wrongState(status)) {
                    try rules.requireSubscribable(order(status), having: nil, at: start)
                }
            }
            let taken = #expect(throws: SubscriptionRefusal.self) {
                try rules.requireSubscribable(order(status), having: sample(.expired), at: start)
            }
            #expect(taken?.description == "The order pays for subscription 1 already.")
        }
        let late = start.advanced(bySeconds: Order.paymentWindowSeconds)
        let refusal = #expect(throws: SubscriptionRefusal.self) {
            try rules.requireSubscribable(order(.pending), having: nil, at: late)
        }
        #expect(refusal?.description == "Cannot subscribe with an order whose payment window has closed.")
        #expect(
            SubscriptionRefusal.wrongState(.canceled).description == "Cannot subscribe with an order that is canceled.")
    }

    private let start = Timestamp(secondsSince1970: 0)

    private func sample(_ status: SubscriptionStatus) -> Subscription {
        let wasActive = status == .active || status == .ended
        return Subscription(
            id: SubscriptionID(rawValue: 1), orderID: OrderID(rawValue: 1), plan: .monthly, status: status,
            createdAt: start, activatedAt: wasActive ? start : nil)
    }

    private func order(_ status: OrderStatus) -> Order {
        let (amount, nothing) = (Money(minorUnits: 10_000, .usd), Money.zero(.usd))
        let isUnpaid = status == .pending || status == .canceled || status == .expired
        return Order(
            id: OrderID(rawValue: 1), customerID: "c1", amount: amount, status: status,
            capturedAmount: status == .captured ? amount : nothing,
            refundedAmount: status == .refunded ? amount : nothing, createdAt: start,
            expiresAt: start.advanced(bySeconds: Order.paymentWindowSeconds), paidAt: isUnpaid ? nil : start)
    }
}
