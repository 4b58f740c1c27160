"""Who may call what of ``/api/v1``: written down once more by hand, for comparison with the guards.

``public``: anyone; ``signed-in``: anyone with an account; ``staff``: every role of a court; else roles.
A route that is missing here fails a test, so nobody opens a door without saying so.
"""

from typing import Final

from kernel.access import STAFF, Role

TABLE: Final = """
GET    /time                                        public
GET    /openapi.json                                public

POST   /people                                      public
POST   /tokens                                      public
GET    /tokens                                      signed-in
DELETE /tokens/<token_id>                           signed-in
GET    /me                                          signed-in
PUT    /me/password                                 signed-in
GET    /me/messages                                 signed-in
POST   /me/messages/<message_id>/read               signed-in
GET    /approvals                                   staff
POST   /approvals/<approval_id>/decision            staff

GET    /cases                                       staff
POST   /cases                                       officer
GET    /cases/<case_id>                             staff
PUT    /cases/<case_id>                             officer
PUT    /cases/<case_id>/officer                     officer administrator
POST   /cases/<case_id>/parties                     officer
PUT    /cases/parties/<party_id>                    officer
PUT    /cases/parties/<party_id>/account            officer
POST   /cases/parties/<party_id>/identity           officer
POST   /cases/<case_id>/claims                      officer
PUT    /cases/claims/<claim_id>                     officer
POST   /cases/claims/<claim_id>/check               officer
POST   /cases/<case_id>/properties                  officer
PUT    /cases/properties/<property_id>              officer
PUT    /cases/properties/<property_id>/facts/<topic> officer
POST   /cases/properties/<property_id>/photographs  officer
GET    /cases/properties/<property_id>/objections   staff
POST   /cases/properties/<property_id>/objections   officer
POST   /cases/objections/<objection_id>/decision    officer
GET    /cases/<case_id>/papers                      staff
POST   /cases/<case_id>/documents                   officer
PUT    /cases/documents/<document_id>/publicity     officer
POST   /cases/<case_id>/services                    officer
POST   /cases/services/<service_id>/proof           officer
GET    /my/cases                                    signed-in
GET    /my/cases/<case_id>                          signed-in

GET    /payments                                    finance
GET    /payments/credits                            finance
POST   /payments/credits                            finance
POST   /payments/credits/<credit_id>/return         finance
GET    /payments/refunds                            finance
POST   /payments/refunds                            finance
GET    /payments/books                              finance auditor
GET    /payments/cases/<case_id>                    finance officer judge auditor supervisor

GET    /valuations                                  staff
POST   /valuations                                  officer
GET    /valuations/<valuation_id>                   staff institution
POST   /valuations/<valuation_id>/methods-out       officer
POST   /valuations/<valuation_id>/term              officer
POST   /valuations/<valuation_id>/agreement         officer
POST   /valuations/<valuation_id>/draw              draw_clerk
POST   /valuations/<valuation_id>/commissions       officer
POST   /valuations/<valuation_id>/acceptance        officer institution
POST   /valuations/<valuation_id>/failure           officer institution
POST   /valuations/<valuation_id>/report            officer institution
POST   /valuations/<valuation_id>/review            officer
POST   /valuations/<valuation_id>/services          officer
POST   /valuations/<valuation_id>/objections        officer party
GET    /valuations/prices/<property_id>             staff
GET    /commissions                                 institution
GET    /draws                                       public
GET    /draws/<draw_id>                             public
GET    /draws/<draw_id>/transcript                  public
POST   /draws/<draw_id>/seal                        signed-in
POST   /draws/<draw_id>/open                        signed-in
GET    /draws/secrets                               staff
POST   /draws/secrets                               draw_clerk administrator
GET    /institutions                                staff
POST   /institutions                                draw_clerk administrator
PUT    /institutions/<institution_id>/account       draw_clerk administrator
PUT    /institutions/<institution_id>/activity      draw_clerk administrator

GET    /lots                                        public
GET    /lots/<lot_id>                               public
GET    /lots/<lot_id>/events                        public
GET    /lots/<lot_id>/history                       public
GET    /lots/<lot_id>/replay                        public
POST   /lots/<lot_id>/bids                          public
GET    /lots/<lot_id>/bids/<client_bid_id>          public
POST   /lots/<lot_id>/registrations                 bidder
GET    /my/bids                                     bidder
GET    /my/bids/<lot_id>                            bidder
GET    /my/receipts/<lot_id>/<int:number>           bidder
GET    /lots/of-court                               staff
GET    /lots/<lot_id>/file                          staff
POST   /lots                                        officer
PUT    /lots/<lot_id>/terms                         officer
PUT    /lots/<lot_id>/disclosures/<item>            officer
PUT    /lots/<lot_id>/announcement                  officer
PUT    /lots/<lot_id>/special-notices               officer
POST   /lots/<lot_id>/panel                         officer
POST   /lots/<lot_id>/notices                       officer
POST   /lots/<lot_id>/surplus-notices               officer
PUT    /lots/<lot_id>/surplus-notices/<party_id>    officer
POST   /lots/<lot_id>/publication                   officer
POST   /lots/<lot_id>/priority-rights               officer
POST   /lots/<lot_id>/suspension                    officer
DELETE /lots/<lot_id>/suspension                    officer
POST   /lots/<lot_id>/suspension/cause-ended        officer
POST   /lots/<lot_id>/withdrawal                    officer
POST   /lots/<lot_id>/ruling                        officer
POST   /lots/<lot_id>/ruling/service                officer
POST   /lots/<lot_id>/hand-over                     officer
GET    /exercises                                   public
POST   /exercises                                   officer
POST   /exercises/<lot_id>/seats                    public

GET    /plans                                       officer judge finance auditor supervisor
GET    /plans/<plan_id>                             officer judge finance auditor supervisor
GET    /plans/<plan_id>/public                      public
GET    /plans/cases/<case_id>                       officer judge finance auditor supervisor
POST   /plans/cases/<case_id>                       officer
GET    /plans/cases/<case_id>/costs                 officer judge finance auditor supervisor
POST   /plans/cases/<case_id>/costs                 officer
DELETE /plans/costs/<cost_id>                       officer
POST   /plans/<plan_id>/services                    officer
POST   /plans/<plan_id>/objections                  officer
GET    /plans/mine/<case_id>                        signed-in
POST   /plans/mine/<case_id>/objections             signed-in
GET    /payouts                                     finance auditor
POST   /payouts/<payout_id>/prepare                 finance
POST   /payouts/<payout_id>/approve                 finance
POST   /payouts/<payout_id>/execute                 finance

GET    /audit/chains                                auditor supervisor
GET    /audit/leaves                                auditor supervisor
GET    /audit/lots/<lot_id>/<int:number>/attempts   auditor supervisor
GET    /audit/findings                              auditor supervisor
POST   /audit/findings                              auditor supervisor
GET    /audit/readings                              auditor supervisor
GET    /logs                                        public
GET    /logs/<path:origin>/checkpoint               public
GET    /logs/<path:origin>/consistency              public
GET    /logs/<path:origin>/leaves/<int:index>/proof public
GET    /bundles/lot/<lot_id>/<int:number>.zip       public
GET    /bundles/draw/<draw_id>.zip                  public
GET    /bundles/plan/<plan_id>.zip                  public
"""

EVERYBODY: Final = frozenset(Role)
Route = tuple[str, str]


def read_table() -> dict[Route, frozenset[Role] | None]:
    """(method, path) -> the roles that may; None for the public."""
    table: dict[Route, frozenset[Role] | None] = {}
    for line in TABLE.split("\n"):
        if line.strip():
            method, path, *who = line.split()
            assert (method, f"/api/v1{path}") not in table, line
            table[method, f"/api/v1{path}"] = _roles(who)
    return table


def _roles(who: list[str]) -> frozenset[Role] | None:
    groups = {"public": None, "signed-in": EVERYBODY, "staff": STAFF}
    found = frozenset[Role]()
    for word in who:
        if word == "public":
            return None
        found |= groups.get(word) or {Role(word)}
    return found
