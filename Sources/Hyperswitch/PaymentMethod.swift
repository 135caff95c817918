/// What a payment is made with.
public enum PaymentMethod: Hashable, Sendable {
    /// A credit or debit card.
    case card(Card)

    /// A card, in the clear only on its way to the router. Never write code that stores one.
    public struct Card: Hashable, Sendable {
        /// The digits on its front, without spaces.
        public var number: Secret
        /// Two digits.
        public var expiryMonth: String
        /// Two or four digits.
        public var expiryYear: String
        /// The name on it.
        public var holderName: String?
        /// The three or four digits on its back.
        public var cvc: Secret

        /// Describes a card.
        public init(
            number: Secret, expiryMonth: String, expiryYear: String, holderName: String? = nil, cvc: Secret
        ) {
            self.number = number
            self.expiryMonth = expiryMonth
            self.expiryYear = expiryYear
            self.holderName = holderName
            self.cvc = cvc
        }

        /// A card that the router's dummy connectors accept (fact sheet, §6).
        public static let testAccepted = test("4242424242424242")
        /// A card that they decline.
        public static let testDeclined = test("4000000000000002")

        private static func test(_ number: String) -> Card {
            Card(
                number: Secret(number), expiryMonth: "12", expiryYear: "2034", holderName: "Test Card",
                cvc: Secret("123"))
        }
    }

    /// What must not appear in an error.
    var secrets: [Secret] {
        switch self {
        case .card(let card): [card.number, card.cvc]
        }
    }

    func write(to body: inout Body) {
        switch self {
        case .card(let card):
            var fields = Body()
            fields.set("card_number", card.number.revealed)
            fields.set("card_exp_month", card.expiryMonth)
            fields.set("card_exp_year", card.expiryYear)
            fields.set("card_holder_name", card.holderName)
            fields.set("card_cvc", card.cvc.revealed)
            body.set("payment_method", "card")
            body.set("payment_method_data", ["card": fields.json])
        }
    }
}
