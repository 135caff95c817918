import Money
import Orders
import Testing

@Suite struct `The rules` {
    typealias Row = (
        from: OrderStatus, pay: OrderStatus?, capture: OrderStatus?, refund: OrderStatus?, cancel: OrderStatus?,
        expire: OrderStatus?
    )

    /// The diagram as a table: what each command makes of each status; nothing where it is refused.
    static let table: [Row] = [
        (.pending, .paid, nil, nil, .canceled, .expired),
        (.paid, nil, .captured, .refunded, nil, nil),
        (.captured, nil, nil, .refunded, nil, nil),
        (.refunded, nil, nil, nil, nil, nil),
        (.canceled, nil, nil, nil, nil, nil),
        (.expired, nil, nil, nil, nil, nil),
    ]

    @Test func `allow exactly the arrows of the diagram`() throws {
        #expect(Self.table.map(\.from) == OrderStatus.allCases)
        for row in Self.table {
            let cells: [(Command, OrderStatus?)] = [
                (.pay, row.pay), (.capture, row.capture), (.refund(nil), row.refund), (.cancel, row.cancel),
                (.expire, row.expire),
            ]
            for (command, expected) in cells {
                let order = sample(row.from)
                let now = command == .expire ? order.expiresAt : order.createdAt
                let decide = { try OrderRules().decide(command, on: order, at: now) }
                if let expected {
                    #expect(try decide().order.status == expected, "\(command.name) from \(row.from)")
                } else {
                    let refusal = Refusal.wrongState(command: command.name, status: row.from)
                    #expect(throws: refusal, "\(command.name) from \(row.from)") { try decide() }
                }
            }
        }
    }

    @Test(arguments: [OrderStatus.paid, .captured])
    func `refund in parts until nothing is left`(status: OrderStatus) throws {
        var order = sample(status)
        for (part, after) in [("60.00", status), ("39.99", status), ("0.01", .refunded)] {
            let decision = try OrderRules().decide(.refund(dollars(part)), on: order, at: order.createdAt)
            #expect(decision.refund?.decimalString == part)
            #expect(decision.order.status == after)
            order = decision.order
        }
        #expect(order.refundedAmount == order.amount)
    }

    @Test func `refund what partial refunds have left`() throws {
        let order = try OrderRules().decide(.refund(dollars("25.00")), on: sample(.paid), at: start).order
        let rest = try OrderRules().decide(.refund(nil), on: order, at: start)
        #expect(rest.refund?.decimalString == "75.00")
        #expect(rest.order.status == .refunded)
    }

    @Test(
        arguments: [
            ("0.00", "amount_not_positive", "The amount must be more than zero; it is 0.00 USD."),
            ("-25.00", "amount_not_positive", "The amount must be more than zero; it is -25.00 USD."),
            ("100.01", "amount_exceeds_refundable", "Cannot refund 100.01 USD; 100.00 USD is left to refund."),
        ])
    func `refuse a refund of`(amount: String, code: String, message: String) throws {
        let refusal = #expect(throws: Refusal.self) {
            try OrderRules().decide(.refund(dollars(amount)), on: sample(.paid), at: start)
        }
        #expect(refusal?.code.rawValue == code)
        #expect(refusal?.description == message)
    }

    @Test func `refuse another currency, a late payment and an early expiry`() throws {
        let order = sample(.pending)
        let cases: [(Command, OrderStatus, Timestamp, String)] = [
            (.refund(Money(minorUnits: 1, .eur)), .paid, start, "The amount is in EUR, but the order is in USD."),
            (
                .pay, .pending, order.expiresAt,
                "Cannot pay an order whose payment window closed at 1970-01-01T00:30:00Z."
            ),
            (.expire, .pending, start, "Cannot expire an order that may be paid until 1970-01-01T00:30:00Z."),
            (.cancel, .paid, start, "Cannot cancel an order that is paid."),
        ]
        for (command, status, now, message) in cases {
            let refusal = #expect(throws: Refusal.self) {
                try OrderRules().decide(command, on: sample(status), at: now)
            }
            #expect(refusal?.description == message)
        }
    }

    @Test func `pay in the last second of the window`() throws {
        let order = sample(.pending)
        let last = order.expiresAt.advanced(bySeconds: -1)
        #expect(try OrderRules().decide(.pay, on: order, at: last).order.paidAt == last)
    }

    @Test(
        arguments: [
            (Int64(0), "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"), (1_767_225_600, "2026-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ])
    func `print a timestamp`(seconds: Int64, text: String) {
        #expect(Timestamp(secondsSince1970: seconds).description == text)
    }

    private let start = Timestamp(secondsSince1970: 0)

    private func dollars(_ text: String) throws -> Money { try Money(decimal: text, .usd) }

    private func sample(_ status: OrderStatus) -> Order {
        let (amount, nothing) = (Money(minorUnits: 10_000, .usd), Money.zero(.usd))
        let isUnpaid = status == .pending || status == .canceled || status == .expired
        return Order(
            id: OrderID(rawValue: 1), customerID: "c1", amount: amount, status: status,
            capturedAmount: status == .captured ? amount : nothing,
            refundedAmount: status == .refunded ? amount : nothing, createdAt: start,
            expiresAt: start.advanced(bySeconds: Order.paymentWindowSeconds), paidAt: isUnpaid ? nil : start)
    }
}
