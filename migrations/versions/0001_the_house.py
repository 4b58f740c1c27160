"""The house: every table of the first release.

Revision: 0001
After: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('clock_walks',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('to_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('offset_ms', sa.BigInteger(), nullable=False),
    sa.Column('walked_by', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_walks')),
    sa.UniqueConstraint('to_at', name=op.f('uq_clock_walks_to_at'))
    )
    op.create_table('courts',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('name_zh', sa.String(length=100), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('origin', sa.String(length=200), nullable=False),
    sa.Column('readings', sa.JSON(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_courts')),
    sa.UniqueConstraint('name_zh', name=op.f('uq_courts_name_zh')),
    sa.UniqueConstraint('origin', name=op.f('uq_courts_origin'))
    )
    op.create_table('logs',
    sa.Column('origin', sa.String(length=200), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('is_exercise', sa.Boolean(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('origin', name=op.f('pk_logs')),
    sa.UniqueConstraint('court_id', 'is_exercise', name=op.f('uq_logs_court_id_is_exercise'))
    )
    op.create_table('lots',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=True),
    sa.Column('property_id', sa.String(length=40), nullable=True),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('is_exercise', sa.Boolean(), nullable=False),
    sa.Column('created_by', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lots'))
    )
    with op.batch_alter_table('lots', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lots_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lots_court_id'), ['court_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lots_property_id'), ['property_id'], unique=False)

    op.create_table('account_balances',
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('account', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.Column('balance_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('balance_fen >= 0', name=op.f('ck_account_balances_never_overdrawn')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_account_balances_court_id')),
    sa.PrimaryKeyConstraint('court_id', 'key', name=op.f('pk_account_balances'))
    )
    with op.batch_alter_table('account_balances', schema=None) as batch_op:
        batch_op.create_index('ix_account_balances_case', ['case_id'], unique=False)

    op.create_table('approvals',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=True),
    sa.Column('act', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('summary', sa.String(length=500), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('needed', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('url', sa.String(length=300), nullable=False),
    sa.Column('maker_id', sa.String(length=40), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f('ck_approvals_decided_or_pending')),
    sa.CheckConstraint('needed >= 1', name=op.f('ck_approvals_needs_someone')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_approvals_court_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approvals')),
    sa.UniqueConstraint('id', 'maker_id', name=op.f('uq_approvals_id_maker_id')),
    sa.UniqueConstraint('subject', 'act', 'number', name=op.f('uq_approvals_subject_act_number'))
    )
    with op.batch_alter_table('approvals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_approvals_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_approvals_court_state', ['court_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_approvals_maker_id'), ['maker_id'], unique=False)
        batch_op.create_index('uq_approvals_pending', ['subject', 'act'], unique=True, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))

    op.create_table('court_books',
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_court_books_court_id')),
    sa.PrimaryKeyConstraint('court_id', name=op.f('pk_court_books'))
    )
    op.create_table('court_secrets',
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('secret_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('committed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('draw_id', sa.String(length=40), nullable=True),
    sa.CheckConstraint('length(commitment) = 64', name=op.f('ck_court_secrets_commitment')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_court_secrets_court_id')),
    sa.PrimaryKeyConstraint('court_id', 'number', name=op.f('pk_court_secrets')),
    sa.UniqueConstraint('draw_id', name=op.f('uq_court_secrets_draw_id'))
    )
    op.create_table('expected_payments',
    sa.Column('reference', sa.String(length=20), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=True),
    sa.Column('book', sa.String(length=40), nullable=False),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('payer_digest', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('expected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('turned_back', sa.Integer(), nullable=False),
    sa.CheckConstraint("(received_at IS NULL) = (state IN ('expected', 'lapsed'))", name=op.f('ck_expected_payments_received')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_expected_payments_amount')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_expected_payments_court_id')),
    sa.PrimaryKeyConstraint('reference', name=op.f('pk_expected_payments'))
    )
    with op.batch_alter_table('expected_payments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_expected_payments_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_expected_payments_court', ['court_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_expected_payments_subject'), ['subject'], unique=False)

    op.create_table('journal',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('cause', sa.String(length=200), nullable=False),
    sa.Column('ruling', sa.String(length=200), nullable=False),
    sa.Column('reverses', sa.String(length=200), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('booked_by', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_journal_court_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal')),
    sa.UniqueConstraint('court_id', 'key', name=op.f('uq_journal_court_id_key')),
    sa.UniqueConstraint('court_id', 'number', name=op.f('uq_journal_court_id_number'))
    )
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index('ix_journal_case', ['case_id'], unique=False)

    op.create_table('leaves',
    sa.Column('log', sa.String(length=200), nullable=False),
    sa.Column('index', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=200), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=True),
    sa.Column('raw', sa.LargeBinary(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['log'], ['logs.origin'], name=op.f('fk_leaves_log')),
    sa.PrimaryKeyConstraint('log', 'index', name=op.f('pk_leaves')),
    sa.UniqueConstraint('log', 'subject', 'seq', name=op.f('uq_leaves_log_subject_seq'))
    )
    with op.batch_alter_table('leaves', schema=None) as batch_op:
        batch_op.create_index('ix_leaves_case', ['case_id'], unique=False)
        batch_op.create_index('ix_leaves_kind', ['log', 'kind'], unique=False)
        batch_op.create_index('ix_leaves_subject', ['subject'], unique=False)

    op.create_table('people',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('login', sa.String(length=32), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('public_name', sa.String(length=100), nullable=True),
    sa.Column('court_id', sa.String(length=40), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=True),
    sa.Column('sealed_identity', sa.LargeBinary(), nullable=False),
    sa.Column('number_digest', sa.String(length=64), nullable=True),
    sa.Column('terms', sa.String(length=40), nullable=True),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('court_id IS NULL OR public_name IS NOT NULL', name=op.f('ck_people_staff_is_named')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_people_court_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('login', name=op.f('uq_people_login')),
    sa.UniqueConstraint('number_digest', name=op.f('uq_people_number_digest'))
    )
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_people_court_id'), ['court_id'], unique=False)

    op.create_table('sales',
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('round', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('rule_set', sa.String(length=60), nullable=False),
    sa.Column('start_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('increment_fen', sa.BigInteger(), nullable=False),
    sa.Column('deposit_fen', sa.BigInteger(), nullable=False),
    sa.Column('enforcement_costs_fen', sa.BigInteger(), nullable=False),
    sa.Column('unfiled_prior_fen', sa.BigInteger(), nullable=False),
    sa.Column('whole_steps', sa.Boolean(), nullable=False),
    sa.Column('max_steps', sa.Integer(), nullable=True),
    sa.Column('extension_window_seconds', sa.Integer(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('planned_closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('balance_days', sa.Integer(), nullable=False),
    sa.Column('reference_price_id', sa.String(length=40), nullable=True),
    sa.Column('reference_price_fen', sa.BigInteger(), nullable=True),
    sa.Column('announcement', sa.JSON(), nullable=False),
    sa.Column('special_notices', sa.JSON(), nullable=False),
    sa.Column('notices_version', sa.String(length=64), nullable=False),
    sa.Column('priority_decision', sa.String(length=400), nullable=False),
    sa.Column('disclaims_quality', sa.Boolean(), nullable=False),
    sa.Column('all_taxes_on_buyer', sa.Boolean(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=True),
    sa.Column('leader_code', sa.String(length=40), nullable=True),
    sa.Column('leader_rank', sa.Integer(), nullable=True),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('extensions', sa.Integer(), nullable=False),
    sa.Column('latest_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suspensions_over', sa.Integer(), nullable=False),
    sa.CheckConstraint('(price_fen IS NULL) = (leader_code IS NULL)', name=op.f('ck_sales_leader')),
    sa.CheckConstraint('closes_at > opens_at', name=op.f('ck_sales_window')),
    sa.CheckConstraint('deposit_fen >= 0', name=op.f('ck_sales_deposit')),
    sa.CheckConstraint('enforcement_costs_fen >= 0 AND unfiled_prior_fen >= 0', name=op.f('ck_sales_prior')),
    sa.CheckConstraint('increment_fen > 0', name=op.f('ck_sales_increment')),
    sa.CheckConstraint('price_fen IS NULL OR price_fen >= start_price_fen', name=op.f('ck_sales_price')),
    sa.CheckConstraint('start_price_fen > 0', name=op.f('ck_sales_start_price')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_sales_lot_id')),
    sa.PrimaryKeyConstraint('lot_id', 'number', name=op.f('pk_sales'))
    )
    with op.batch_alter_table('sales', schema=None) as batch_op:
        batch_op.create_index('ix_sales_due', ['state', 'closes_at'], unique=False)

    op.create_table('subject_heads',
    sa.Column('log', sa.String(length=200), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['log'], ['logs.origin'], name=op.f('fk_subject_heads_log')),
    sa.PrimaryKeyConstraint('log', 'subject', name=op.f('pk_subject_heads'))
    )
    op.create_table('api_tokens',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_api_tokens_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_tokens_token_hash'))
    )
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_tokens_person_id'), ['person_id'], unique=False)

    op.create_table('approval_decisions',
    sa.Column('approval_id', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('maker_id', sa.String(length=40), nullable=False),
    sa.Column('approve', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("approve OR reason <> ''", name=op.f('ck_approval_decisions_refusal_has_a_reason')),
    sa.CheckConstraint('person_id <> maker_id', name=op.f('ck_approval_decisions_maker_is_not_checker')),
    sa.ForeignKeyConstraint(['approval_id', 'maker_id'], ['approvals.id', 'approvals.maker_id'], name=op.f('fk_approval_decisions_approval_id_maker_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_approval_decisions_person_id')),
    sa.PrimaryKeyConstraint('approval_id', 'person_id', name=op.f('pk_approval_decisions'))
    )
    op.create_table('attempts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('priority_rank', sa.Integer(), nullable=True),
    sa.Column('client_bid_id', sa.String(length=128), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=True),
    sa.Column('seq', sa.Integer(), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('minimum_fen', sa.BigInteger(), nullable=False),
    sa.Column('extended', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['lot_id', 'number'], ['sales.lot_id', 'sales.number'], name=op.f('fk_attempts_lot_id_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempts')),
    sa.UniqueConstraint('lot_id', 'number', 'code', 'client_bid_id', 'amount_fen', name=op.f('uq_attempts_lot_id_number_code_client_bid_id_amount_fen')),
    sa.UniqueConstraint('lot_id', 'number', 'position', name=op.f('uq_attempts_lot_id_number_position')),
    sa.UniqueConstraint('lot_id', 'number', 'seq', name=op.f('uq_attempts_lot_id_number_seq'))
    )
    op.create_table('bank_credits',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('book', sa.String(length=40), nullable=False),
    sa.Column('bank_line', sa.String(length=60), nullable=False),
    sa.Column('quoted', sa.String(length=200), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verdict', sa.String(length=40), nullable=False),
    sa.Column('reference', sa.String(length=20), nullable=True),
    sa.Column('booked_by', sa.String(length=40), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_bank_credits_amount')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_bank_credits_court_id')),
    sa.ForeignKeyConstraint(['reference'], ['expected_payments.reference'], name=op.f('fk_bank_credits_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_credits')),
    sa.UniqueConstraint('court_id', 'bank_line', name=op.f('uq_bank_credits_court_id_bank_line'))
    )
    with op.batch_alter_table('bank_credits', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_credits_reference'), ['reference'], unique=False)

    op.create_table('cases',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('cause', sa.String(length=100), nullable=False),
    sa.Column('basis', sa.String(length=200), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.Column('debtor_kind', sa.String(length=40), nullable=False),
    sa.Column('regime', sa.String(length=40), nullable=False),
    sa.Column('regime_reason', sa.String(length=400), nullable=False),
    sa.Column('rule_set', sa.String(length=60), nullable=False),
    sa.Column('officer_id', sa.String(length=40), nullable=False),
    sa.Column('registered_by', sa.String(length=40), nullable=False),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_cases_court_id')),
    sa.ForeignKeyConstraint(['officer_id'], ['people.id'], name=op.f('fk_cases_officer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases')),
    sa.UniqueConstraint('court_id', 'number', name=op.f('uq_cases_court_id_number'))
    )
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cases_court_id'), ['court_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cases_officer_id'), ['officer_id'], unique=False)

    op.create_table('deliveries',
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('buyer_person_id', sa.String(length=40), nullable=False),
    sa.Column('buyer_name', sa.String(length=120), nullable=False),
    sa.Column('buyer_masked_number', sa.String(length=40), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=False),
    sa.Column('balance_fen', sa.BigInteger(), nullable=False),
    sa.Column('balance_reference', sa.String(length=20), nullable=True),
    sa.Column('balance_due_on', sa.Date(), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ruling_document_id', sa.String(length=40), nullable=True),
    sa.Column('ruling_issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ruling_served_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ruling_way', sa.String(length=40), nullable=True),
    sa.Column('ruling_proof_id', sa.String(length=40), nullable=True),
    sa.Column('handed_over_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handover_note', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['lot_id', 'number'], ['sales.lot_id', 'sales.number'], name=op.f('fk_deliveries_lot_id_number')),
    sa.PrimaryKeyConstraint('lot_id', 'number', name=op.f('pk_deliveries'))
    )
    op.create_table('disclosures',
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('item', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('not_applicable_reason', sa.String(length=400), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=True),
    sa.CheckConstraint("text <> '' OR not_applicable_reason <> ''", name=op.f('ck_disclosures_said')),
    sa.ForeignKeyConstraint(['lot_id', 'number'], ['sales.lot_id', 'sales.number'], name=op.f('fk_disclosures_lot_id_number')),
    sa.PrimaryKeyConstraint('lot_id', 'number', 'item', name=op.f('pk_disclosures'))
    )
    op.create_table('institutions',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('region', sa.String(length=60), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_institutions_court_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_institutions_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institutions')),
    sa.UniqueConstraint('court_id', 'number', name=op.f('uq_institutions_court_id_number'))
    )
    with op.batch_alter_table('institutions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_institutions_court_id'), ['court_id'], unique=False)

    op.create_table('journal_postings',
    sa.Column('entry_id', sa.String(length=40), nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('account', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.Column('side', sa.String(length=40), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_journal_postings_amount')),
    sa.ForeignKeyConstraint(['entry_id'], ['journal.id'], name=op.f('fk_journal_postings_entry_id')),
    sa.PrimaryKeyConstraint('entry_id', 'line', name=op.f('pk_journal_postings'))
    )
    op.create_table('login_sessions',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_login_sessions_person_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_login_sessions'))
    )
    with op.batch_alter_table('login_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_sessions_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_login_sessions_person_id'), ['person_id'], unique=False)

    op.create_table('messages',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('url', sa.String(length=300), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_messages_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages'))
    )
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.create_index('ix_messages_person_sent', ['person_id', 'sent_at'], unique=False)

    op.create_table('registrations',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('person_digest', sa.String(length=64), nullable=False),
    sa.Column('sealed_person', sa.LargeBinary(), nullable=False),
    sa.Column('accepted_notices', sa.String(length=64), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reference', sa.String(length=20), nullable=True),
    sa.Column('deposit_fen', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=True),
    sa.Column('priority_rank', sa.Integer(), nullable=True),
    sa.Column('admitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sealed_commitments', sa.LargeBinary(), nullable=True),
    sa.Column('deposit_ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(code IS NULL) = (admitted_at IS NULL)', name=op.f('ck_registrations_code')),
    sa.ForeignKeyConstraint(['lot_id', 'number'], ['sales.lot_id', 'sales.number'], name=op.f('fk_registrations_lot_id_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registrations')),
    sa.UniqueConstraint('lot_id', 'number', 'code', name=op.f('uq_registrations_lot_id_number_code')),
    sa.UniqueConstraint('lot_id', 'number', 'person_digest', name=op.f('uq_registrations_lot_id_number_person_digest')),
    sa.UniqueConstraint('reference', name=op.f('uq_registrations_reference'))
    )
    op.create_table('results',
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('winner_code', sa.String(length=40), nullable=True),
    sa.Column('price_fen', sa.BigInteger(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('extensions', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=True),
    sa.CheckConstraint('(winner_code IS NULL) = (price_fen IS NULL)', name=op.f('ck_results_winner')),
    sa.ForeignKeyConstraint(['lot_id', 'number'], ['sales.lot_id', 'sales.number'], name=op.f('fk_results_lot_id_number')),
    sa.PrimaryKeyConstraint('lot_id', 'number', name=op.f('pk_results'))
    )
    op.create_table('role_grants',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=True),
    sa.Column('granted_by', sa.String(length=40), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_by', sa.String(length=40), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(role IN ('administrator', 'auditor', 'draw_clerk', 'finance', 'judge', 'officer', 'supervisor')) = (court_id IS NOT NULL)", name=op.f('ck_role_grants_staff_has_a_court')),
    sa.CheckConstraint("role IN ('administrator', 'auditor', 'bidder', 'draw_clerk', 'finance', 'institution', 'judge', 'officer', 'party', 'supervisor')", name=op.f('ck_role_grants_known_role')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_role_grants_court_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_role_grants_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grants'))
    )
    with op.batch_alter_table('role_grants', schema=None) as batch_op:
        batch_op.create_index('ix_role_grants_court_role', ['court_id', 'role'], unique=False)
        batch_op.create_index('uq_role_grants_in_force', ['person_id', 'role'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))

    op.create_table('suspensions',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('ground', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('document_sha256', sa.String(length=64), nullable=True),
    sa.Column('resumes_to', sa.String(length=24), nullable=False),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('to_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cause_ended_on', sa.Date(), nullable=True),
    sa.CheckConstraint('to_at IS NULL OR to_at > from_at', name=op.f('ck_suspensions_span')),
    sa.ForeignKeyConstraint(['lot_id', 'number'], ['sales.lot_id', 'sales.number'], name=op.f('fk_suspensions_lot_id_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspensions'))
    )
    op.create_table('distribution_plans',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('rule_set', sa.String(length=60), nullable=False),
    sa.Column('claims', sa.JSON(), nullable=False),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('debtor', sa.String(length=120), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('drafted_by', sa.String(length=40), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('served_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('final_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(salt) = 32', name=op.f('ck_distribution_plans_salt')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_distribution_plans_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_distribution_plans_court_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_distribution_plans')),
    sa.UniqueConstraint('case_id', 'version', name=op.f('uq_distribution_plans_case_id_version'))
    )
    with op.batch_alter_table('distribution_plans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_distribution_plans_case_id'), ['case_id'], unique=False)

    op.create_table('documents',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('media_type', sa.String(length=40), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('kept_by', sa.String(length=40), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_documents_hash')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_documents_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_documents_court_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documents'))
    )
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_documents_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_documents_sha256'), ['sha256'], unique=False)
        batch_op.create_index('ix_documents_subject', ['subject', 'position'], unique=False)

    op.create_table('parties',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('id_kind', sa.String(length=40), nullable=True),
    sa.Column('id_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('id_masked', sa.String(length=40), nullable=False),
    sa.Column('id_digest', sa.String(length=64), nullable=True),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(id_kind IS NULL) = (id_sealed IS NULL)', name=op.f('ck_parties_identity')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_parties_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_parties_court_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_parties_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parties')),
    sa.UniqueConstraint('case_id', 'person_id', name=op.f('uq_parties_case_id_person_id')),
    sa.UniqueConstraint('case_id', 'position', name=op.f('uq_parties_case_id_position'))
    )
    with op.batch_alter_table('parties', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_parties_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_parties_id_digest'), ['id_digest'], unique=False)
        batch_op.create_index(batch_op.f('ix_parties_person_id'), ['person_id'], unique=False)

    op.create_table('properties',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('category', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('region', sa.String(length=120), nullable=False),
    sa.Column('rooms', sa.String(length=40), nullable=False),
    sa.Column('floors', sa.Integer(), nullable=True),
    sa.Column('floor', sa.Integer(), nullable=True),
    sa.Column('area_hundredths', sa.BigInteger(), nullable=True),
    sa.Column('seized_on', sa.Date(), nullable=False),
    sa.Column('seizing_document', sa.String(length=200), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('area_hundredths IS NULL OR area_hundredths > 0', name=op.f('ck_properties_area')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_properties_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_properties_court_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_properties')),
    sa.UniqueConstraint('case_id', 'position', name=op.f('uq_properties_case_id_position'))
    )
    with op.batch_alter_table('properties', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_properties_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_properties_region'), ['region'], unique=False)
        batch_op.create_index(batch_op.f('ix_properties_status'), ['status'], unique=False)

    op.create_table('case_costs',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('property_id', sa.String(length=40), nullable=True),
    sa.Column('advanced_by', sa.String(length=40), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('struck_by', sa.String(length=40), nullable=True),
    sa.Column('struck_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_case_costs_amount')),
    sa.ForeignKeyConstraint(['advanced_by'], ['parties.id'], name=op.f('fk_case_costs_advanced_by')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_costs_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_case_costs_court_id')),
    sa.ForeignKeyConstraint(['property_id'], ['properties.id'], name=op.f('fk_case_costs_property_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_costs'))
    )
    with op.batch_alter_table('case_costs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_costs_case_id'), ['case_id'], unique=False)

    op.create_table('claims',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.String(length=40), nullable=False),
    sa.Column('claim_class', sa.String(length=40), nullable=False),
    sa.Column('principal_fen', sa.BigInteger(), nullable=False),
    sa.Column('interest_fen', sa.BigInteger(), nullable=False),
    sa.Column('doubled_interest_fen', sa.BigInteger(), nullable=False),
    sa.Column('cap_fen', sa.BigInteger(), nullable=True),
    sa.Column('titled', sa.Boolean(), nullable=False),
    sa.Column('title_document', sa.String(length=200), nullable=False),
    sa.Column('property_id', sa.String(length=40), nullable=True),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seizure_lapsed', sa.Boolean(), nullable=False),
    sa.Column('unadjudged', sa.Boolean(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('reward_percent', sa.String(length=12), nullable=True),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_by', sa.String(length=40), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("titled = (title_document <> '')", name=op.f('ck_claims_title')),
    sa.CheckConstraint('NOT (titled AND unadjudged)', name=op.f('ck_claims_adjudged')),
    sa.CheckConstraint('cap_fen IS NULL OR cap_fen > 0', name=op.f('ck_claims_cap')),
    sa.CheckConstraint('principal_fen + interest_fen <= 1000000000000000', name=op.f('ck_claims_most')),
    sa.CheckConstraint('principal_fen > 0 AND interest_fen >= 0 AND doubled_interest_fen >= 0', name=op.f('ck_claims_money')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_claims_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_claims_court_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_claims_party_id')),
    sa.ForeignKeyConstraint(['property_id'], ['properties.id'], name=op.f('fk_claims_property_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claims')),
    sa.UniqueConstraint('case_id', 'position', name=op.f('uq_claims_case_id_position'))
    )
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_claims_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_claims_party_id'), ['party_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_claims_property_id'), ['property_id'], unique=False)

    op.create_table('document_readers',
    sa.Column('document_id', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_readers_document_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_document_readers_person_id')),
    sa.PrimaryKeyConstraint('document_id', 'person_id', name=op.f('pk_document_readers'))
    )
    op.create_table('payout_orders',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('plan_id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('destination', sa.String(length=40), nullable=False),
    sa.Column('item', sa.String(length=40), nullable=False),
    sa.Column('payee', sa.String(length=120), nullable=False),
    sa.Column('party_id', sa.String(length=40), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('prepared_by', sa.String(length=40), nullable=True),
    sa.Column('prepared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by', sa.String(length=40), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('executed_by', sa.String(length=40), nullable=True),
    sa.Column('executed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('bank_line', sa.String(length=60), nullable=True),
    sa.CheckConstraint('(executed_by IS NULL) = (bank_line IS NULL)', name=op.f('ck_payout_orders_bank_line')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_payout_orders_amount')),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> prepared_by', name=op.f('ck_payout_orders_approver')),
    sa.CheckConstraint('executed_by IS NULL OR (executed_by <> prepared_by AND executed_by <> approved_by)', name=op.f('ck_payout_orders_executor')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_payout_orders_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_payout_orders_court_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_payout_orders_party_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['distribution_plans.id'], name=op.f('fk_payout_orders_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_orders')),
    sa.UniqueConstraint('court_id', 'bank_line', name=op.f('uq_payout_orders_court_id_bank_line')),
    sa.UniqueConstraint('plan_id', 'position', name=op.f('uq_payout_orders_plan_id_position'))
    )
    with op.batch_alter_table('payout_orders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payout_orders_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payout_orders_plan_id'), ['plan_id'], unique=False)

    op.create_table('plan_objections',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('plan_id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('party_id', sa.String(length=40), nullable=False),
    sa.Column('raised_on', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_plan_objections_court_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_plan_objections_party_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['distribution_plans.id'], name=op.f('fk_plan_objections_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_objections')),
    sa.UniqueConstraint('plan_id', 'party_id', name=op.f('uq_plan_objections_plan_id_party_id'))
    )
    with op.batch_alter_table('plan_objections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_objections_plan_id'), ['plan_id'], unique=False)

    op.create_table('property_facts',
    sa.Column('property_id', sa.String(length=40), nullable=False),
    sa.Column('topic', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("text <> '' AND source <> ''", name=op.f('ck_property_facts_said')),
    sa.ForeignKeyConstraint(['property_id'], ['properties.id'], name=op.f('fk_property_facts_property_id')),
    sa.PrimaryKeyConstraint('property_id', 'topic', 'version', name=op.f('pk_property_facts'))
    )
    op.create_table('service_acts',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('party_id', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('way', sa.String(length=40), nullable=False),
    sa.Column('notice', sa.String(length=80), nullable=True),
    sa.Column('served_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=True),
    sa.Column('proof_document_id', sa.String(length=40), nullable=True),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.CheckConstraint("(way = 'public_notice') = (notice IS NOT NULL)", name=op.f('ck_service_acts_notice')),
    sa.CheckConstraint("way <> 'waived' OR proof_document_id IS NOT NULL", name=op.f('ck_service_acts_waiver')),
    sa.CheckConstraint('received_at >= served_at', name=op.f('ck_service_acts_order')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_service_acts_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_service_acts_court_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_service_acts_document_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_service_acts_party_id')),
    sa.ForeignKeyConstraint(['proof_document_id'], ['documents.id'], name=op.f('fk_service_acts_proof_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_acts'))
    )
    with op.batch_alter_table('service_acts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_service_acts_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_acts_document_id'), ['document_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_acts_party_id'), ['party_id'], unique=False)
        batch_op.create_index('ix_service_acts_subject', ['subject'], unique=False)

    op.create_table('third_party_objections',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('property_id', sa.String(length=40), nullable=False),
    sa.Column('objector', sa.String(length=100), nullable=False),
    sa.Column('claimed_right', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('state_on', sa.Date(), nullable=False),
    sa.Column('decision_id', sa.String(length=40), nullable=True),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("objector <> '' AND reason <> ''", name=op.f('ck_third_party_objections_said')),
    sa.CheckConstraint('state_on >= filed_on', name=op.f('ck_third_party_objections_order')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_third_party_objections_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_third_party_objections_court_id')),
    sa.ForeignKeyConstraint(['decision_id'], ['documents.id'], name=op.f('fk_third_party_objections_decision_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_third_party_objections_document_id')),
    sa.ForeignKeyConstraint(['property_id'], ['properties.id'], name=op.f('fk_third_party_objections_property_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_third_party_objections'))
    )
    with op.batch_alter_table('third_party_objections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_third_party_objections_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_third_party_objections_property_id'), ['property_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_third_party_objections_state'), ['state'], unique=False)

    op.create_table('valuations',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('property_id', sa.String(length=40), nullable=False),
    sa.Column('stage', sa.String(length=40), nullable=False),
    sa.Column('rule_set', sa.String(length=60), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('has_official_price', sa.Boolean(), nullable=False),
    sa.Column('online_possible', sa.Boolean(), nullable=False),
    sa.Column('inspection_needed', sa.Boolean(), nullable=False),
    sa.Column('appraisal_mandated', sa.Boolean(), nullable=False),
    sa.Column('joint_wish', sa.String(length=40), nullable=True),
    sa.Column('asked_on', sa.Date(), nullable=True),
    sa.Column('agree_by_on', sa.Date(), nullable=True),
    sa.Column('party_missing', sa.Boolean(), nullable=False),
    sa.Column('wish_a_draw', sa.Boolean(), nullable=False),
    sa.Column('opened_by', sa.String(length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_valuations_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_valuations_court_id')),
    sa.ForeignKeyConstraint(['property_id'], ['properties.id'], name=op.f('fk_valuations_property_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_valuations'))
    )
    with op.batch_alter_table('valuations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_valuations_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_valuations_court_id'), ['court_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_valuations_property_id'), ['property_id'], unique=False)

    op.create_table('claim_seizures',
    sa.Column('claim_id', sa.String(length=40), nullable=False),
    sa.Column('property_id', sa.String(length=40), nullable=False),
    sa.Column('seized_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_claim_seizures_claim_id')),
    sa.ForeignKeyConstraint(['property_id'], ['properties.id'], name=op.f('fk_claim_seizures_property_id')),
    sa.PrimaryKeyConstraint('claim_id', 'property_id', name=op.f('pk_claim_seizures'))
    )
    op.create_table('commissions',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('valuation_id', sa.String(length=40), nullable=False),
    sa.Column('institution_id', sa.String(length=40), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('institution', sa.String(length=200), nullable=False),
    sa.Column('sent_on', sa.Date(), nullable=False),
    sa.Column('accept_by_on', sa.Date(), nullable=False),
    sa.Column('accepted_on', sa.Date(), nullable=True),
    sa.Column('accepted_by', sa.String(length=40), nullable=True),
    sa.Column('report_by_on', sa.Date(), nullable=True),
    sa.Column('failure', sa.String(length=40), nullable=True),
    sa.Column('failed_on', sa.Date(), nullable=True),
    sa.Column('failure_note', sa.String(length=400), nullable=False),
    sa.Column('sent_by', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_commissions_institution_id')),
    sa.ForeignKeyConstraint(['valuation_id'], ['valuations.id'], name=op.f('fk_commissions_valuation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commissions')),
    sa.UniqueConstraint('valuation_id', 'round', 'position', name=op.f('uq_commissions_valuation_id_round_position'))
    )
    with op.batch_alter_table('commissions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_commissions_institution_id'), ['institution_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_commissions_valuation_id'), ['valuation_id'], unique=False)

    op.create_table('draws',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('valuation_id', sa.String(length=40), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('freeze', sa.JSON(), nullable=False),
    sa.Column('exclusions', sa.JSON(), nullable=False),
    sa.Column('secret_number', sa.Integer(), nullable=False),
    sa.Column('transcript', sa.JSON(), nullable=True),
    sa.Column('proposed_by', sa.String(length=40), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seal_by_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('open_by_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_draws_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_draws_court_id')),
    sa.ForeignKeyConstraint(['valuation_id'], ['valuations.id'], name=op.f('fk_draws_valuation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draws'))
    )
    with op.batch_alter_table('draws', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draws_court_id'), ['court_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_draws_valuation_id'), ['valuation_id'], unique=False)
        batch_op.create_index('uq_draws_valuation_id_attempt', ['valuation_id', 'attempt'], unique=True, sqlite_where=sa.text("state <> 'refused'"), postgresql_where=sa.text("state <> 'refused'"))

    op.create_table('methods_out',
    sa.Column('valuation_id', sa.String(length=40), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('ground', sa.String(length=40), nullable=False),
    sa.Column('out_on', sa.Date(), nullable=False),
    sa.Column('term_ended_on', sa.Date(), nullable=True),
    sa.Column('note', sa.String(length=400), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['valuation_id'], ['valuations.id'], name=op.f('fk_methods_out_valuation_id')),
    sa.PrimaryKeyConstraint('valuation_id', 'method', name=op.f('pk_methods_out'))
    )
    op.create_table('reference_prices',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('court_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=40), nullable=False),
    sa.Column('property_id', sa.String(length=40), nullable=False),
    sa.Column('valuation_id', sa.String(length=40), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('valid_until_on', sa.Date(), nullable=False),
    sa.Column('in_force_on', sa.Date(), nullable=False),
    sa.Column('fixed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('report_sha256', sa.String(length=64), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_reference_prices_amount')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_reference_prices_case_id')),
    sa.ForeignKeyConstraint(['court_id'], ['courts.id'], name=op.f('fk_reference_prices_court_id')),
    sa.ForeignKeyConstraint(['property_id'], ['properties.id'], name=op.f('fk_reference_prices_property_id')),
    sa.ForeignKeyConstraint(['valuation_id'], ['valuations.id'], name=op.f('fk_reference_prices_valuation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reference_prices')),
    sa.UniqueConstraint('valuation_id', name=op.f('uq_reference_prices_valuation_id'))
    )
    with op.batch_alter_table('reference_prices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reference_prices_property_id'), ['property_id'], unique=False)

    op.create_table('sale_notices',
    sa.Column('service_id', sa.String(length=40), nullable=False),
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.String(length=40), nullable=False),
    sa.Column('unreachable_reason', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['lot_id', 'number'], ['sales.lot_id', 'sales.number'], name=op.f('fk_sale_notices_lot_id_number')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_sale_notices_party_id')),
    sa.ForeignKeyConstraint(['service_id'], ['service_acts.id'], name=op.f('fk_sale_notices_service_id')),
    sa.PrimaryKeyConstraint('service_id', name=op.f('pk_sale_notices'))
    )
    with op.batch_alter_table('sale_notices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sale_notices_lot_id'), ['lot_id'], unique=False)

    op.create_table('surplus_notices',
    sa.Column('service_id', sa.String(length=40), nullable=False),
    sa.Column('lot_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.String(length=40), nullable=False),
    sa.Column('told_on', sa.Date(), nullable=False),
    sa.Column('start_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('prior_claims_fen', sa.BigInteger(), nullable=False),
    sa.Column('enforcement_costs_fen', sa.BigInteger(), nullable=False),
    sa.Column('insisted_on', sa.Date(), nullable=True),
    sa.Column('application_id', sa.String(length=40), nullable=True),
    sa.CheckConstraint('(insisted_on IS NULL) = (application_id IS NULL)', name=op.f('ck_surplus_notices_paper')),
    sa.ForeignKeyConstraint(['application_id'], ['documents.id'], name=op.f('fk_surplus_notices_application_id')),
    sa.ForeignKeyConstraint(['lot_id', 'number'], ['sales.lot_id', 'sales.number'], name=op.f('fk_surplus_notices_lot_id_number')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_surplus_notices_party_id')),
    sa.ForeignKeyConstraint(['service_id'], ['service_acts.id'], name=op.f('fk_surplus_notices_service_id')),
    sa.PrimaryKeyConstraint('service_id', name=op.f('pk_surplus_notices')),
    sa.UniqueConstraint('lot_id', 'number', 'party_id', name=op.f('uq_surplus_notices_lot_id_number_party_id'))
    )
    op.create_table('valuation_objections',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('valuation_id', sa.String(length=40), nullable=False),
    sa.Column('party_id', sa.String(length=40), nullable=False),
    sa.Column('grounds', sa.JSON(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.String(length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_valuation_objections_party_id')),
    sa.ForeignKeyConstraint(['valuation_id'], ['valuations.id'], name=op.f('fk_valuation_objections_valuation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_valuation_objections'))
    )
    with op.batch_alter_table('valuation_objections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_valuation_objections_valuation_id'), ['valuation_id'], unique=False)

    op.create_table('appraisal_reports',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('valuation_id', sa.String(length=40), nullable=False),
    sa.Column('commission_id', sa.String(length=40), nullable=False),
    sa.Column('signed_by', sa.JSON(), nullable=False),
    sa.Column('dated_on', sa.Date(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=False),
    sa.Column('valid_until_on', sa.Date(), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('document_id', sa.String(length=40), nullable=False),
    sa.Column('report_sha256', sa.String(length=64), nullable=False),
    sa.Column('taken_by', sa.String(length=40), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('price_fen > 0', name=op.f('ck_appraisal_reports_price')),
    sa.ForeignKeyConstraint(['commission_id'], ['commissions.id'], name=op.f('fk_appraisal_reports_commission_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_appraisal_reports_document_id')),
    sa.ForeignKeyConstraint(['valuation_id'], ['valuations.id'], name=op.f('fk_appraisal_reports_valuation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appraisal_reports'))
    )
    with op.batch_alter_table('appraisal_reports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appraisal_reports_valuation_id'), ['valuation_id'], unique=False)

    op.create_table('draw_contributions',
    sa.Column('draw_id', sa.String(length=40), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.String(length=40), nullable=True),
    sa.Column('commitment', sa.String(length=64), nullable=True),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('nonce', sa.String(length=64), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['draw_id'], ['draws.id'], name=op.f('fk_draw_contributions_draw_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_draw_contributions_person_id')),
    sa.PrimaryKeyConstraint('draw_id', 'role', name=op.f('pk_draw_contributions'))
    )
    op.create_table('institution_orders',
    sa.Column('valuation_id', sa.String(length=40), nullable=False),
    sa.Column('round', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('draw_id', sa.String(length=40), nullable=True),
    sa.Column('entries', sa.JSON(), nullable=False),
    sa.Column('fixed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draw_id'], ['draws.id'], name=op.f('fk_institution_orders_draw_id')),
    sa.ForeignKeyConstraint(['valuation_id'], ['valuations.id'], name=op.f('fk_institution_orders_valuation_id')),
    sa.PrimaryKeyConstraint('valuation_id', 'round', name=op.f('pk_institution_orders'))
    )


def downgrade() -> None:
    op.drop_table('institution_orders')
    op.drop_table('draw_contributions')
    with op.batch_alter_table('appraisal_reports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_appraisal_reports_valuation_id'))

    op.drop_table('appraisal_reports')
    with op.batch_alter_table('valuation_objections', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_valuation_objections_valuation_id'))

    op.drop_table('valuation_objections')
    op.drop_table('surplus_notices')
    with op.batch_alter_table('sale_notices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sale_notices_lot_id'))

    op.drop_table('sale_notices')
    with op.batch_alter_table('reference_prices', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reference_prices_property_id'))

    op.drop_table('reference_prices')
    op.drop_table('methods_out')
    with op.batch_alter_table('draws', schema=None) as batch_op:
        batch_op.drop_index('uq_draws_valuation_id_attempt', sqlite_where=sa.text("state <> 'refused'"), postgresql_where=sa.text("state <> 'refused'"))
        batch_op.drop_index(batch_op.f('ix_draws_valuation_id'))
        batch_op.drop_index(batch_op.f('ix_draws_court_id'))

    op.drop_table('draws')
    with op.batch_alter_table('commissions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_commissions_valuation_id'))
        batch_op.drop_index(batch_op.f('ix_commissions_institution_id'))

    op.drop_table('commissions')
    op.drop_table('claim_seizures')
    with op.batch_alter_table('valuations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_valuations_property_id'))
        batch_op.drop_index(batch_op.f('ix_valuations_court_id'))
        batch_op.drop_index(batch_op.f('ix_valuations_case_id'))

    op.drop_table('valuations')
    with op.batch_alter_table('third_party_objections', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_third_party_objections_state'))
        batch_op.drop_index(batch_op.f('ix_third_party_objections_property_id'))
        batch_op.drop_index(batch_op.f('ix_third_party_objections_case_id'))

    op.drop_table('third_party_objections')
    with op.batch_alter_table('service_acts', schema=None) as batch_op:
        batch_op.drop_index('ix_service_acts_subject')
        batch_op.drop_index(batch_op.f('ix_service_acts_party_id'))
        batch_op.drop_index(batch_op.f('ix_service_acts_document_id'))
        batch_op.drop_index(batch_op.f('ix_service_acts_case_id'))

    op.drop_table('service_acts')
    op.drop_table('property_facts')
    with op.batch_alter_table('plan_objections', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_objections_plan_id'))

    op.drop_table('plan_objections')
    with op.batch_alter_table('payout_orders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payout_orders_plan_id'))
        batch_op.drop_index(batch_op.f('ix_payout_orders_case_id'))

    op.drop_table('payout_orders')
    op.drop_table('document_readers')
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_claims_property_id'))
        batch_op.drop_index(batch_op.f('ix_claims_party_id'))
        batch_op.drop_index(batch_op.f('ix_claims_case_id'))

    op.drop_table('claims')
    with op.batch_alter_table('case_costs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_costs_case_id'))

    op.drop_table('case_costs')
    with op.batch_alter_table('properties', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_properties_status'))
        batch_op.drop_index(batch_op.f('ix_properties_region'))
        batch_op.drop_index(batch_op.f('ix_properties_case_id'))

    op.drop_table('properties')
    with op.batch_alter_table('parties', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_parties_person_id'))
        batch_op.drop_index(batch_op.f('ix_parties_id_digest'))
        batch_op.drop_index(batch_op.f('ix_parties_case_id'))

    op.drop_table('parties')
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.drop_index('ix_documents_subject')
        batch_op.drop_index(batch_op.f('ix_documents_sha256'))
        batch_op.drop_index(batch_op.f('ix_documents_case_id'))

    op.drop_table('documents')
    with op.batch_alter_table('distribution_plans', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_distribution_plans_case_id'))

    op.drop_table('distribution_plans')
    op.drop_table('suspensions')
    with op.batch_alter_table('role_grants', schema=None) as batch_op:
        batch_op.drop_index('uq_role_grants_in_force', sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))
        batch_op.drop_index('ix_role_grants_court_role')

    op.drop_table('role_grants')
    op.drop_table('results')
    op.drop_table('registrations')
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_index('ix_messages_person_sent')

    op.drop_table('messages')
    with op.batch_alter_table('login_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_sessions_person_id'))
        batch_op.drop_index(batch_op.f('ix_login_sessions_expires_at'))

    op.drop_table('login_sessions')
    op.drop_table('journal_postings')
    with op.batch_alter_table('institutions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_institutions_court_id'))

    op.drop_table('institutions')
    op.drop_table('disclosures')
    op.drop_table('deliveries')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cases_officer_id'))
        batch_op.drop_index(batch_op.f('ix_cases_court_id'))

    op.drop_table('cases')
    with op.batch_alter_table('bank_credits', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_credits_reference'))

    op.drop_table('bank_credits')
    op.drop_table('attempts')
    op.drop_table('approval_decisions')
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_tokens_person_id'))

    op.drop_table('api_tokens')
    op.drop_table('subject_heads')
    with op.batch_alter_table('sales', schema=None) as batch_op:
        batch_op.drop_index('ix_sales_due')

    op.drop_table('sales')
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_people_court_id'))

    op.drop_table('people')
    with op.batch_alter_table('leaves', schema=None) as batch_op:
        batch_op.drop_index('ix_leaves_subject')
        batch_op.drop_index('ix_leaves_kind')
        batch_op.drop_index('ix_leaves_case')

    op.drop_table('leaves')
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.drop_index('ix_journal_case')

    op.drop_table('journal')
    with op.batch_alter_table('expected_payments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_expected_payments_subject'))
        batch_op.drop_index('ix_expected_payments_court')
        batch_op.drop_index(batch_op.f('ix_expected_payments_case_id'))

    op.drop_table('expected_payments')
    op.drop_table('court_secrets')
    op.drop_table('court_books')
    with op.batch_alter_table('approvals', schema=None) as batch_op:
        batch_op.drop_index('uq_approvals_pending', sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
        batch_op.drop_index(batch_op.f('ix_approvals_maker_id'))
        batch_op.drop_index('ix_approvals_court_state')
        batch_op.drop_index(batch_op.f('ix_approvals_case_id'))

    op.drop_table('approvals')
    with op.batch_alter_table('account_balances', schema=None) as batch_op:
        batch_op.drop_index('ix_account_balances_case')

    op.drop_table('account_balances')
    with op.batch_alter_table('lots', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lots_property_id'))
        batch_op.drop_index(batch_op.f('ix_lots_court_id'))
        batch_op.drop_index(batch_op.f('ix_lots_case_id'))

    op.drop_table('lots')
    op.drop_table('logs')
    op.drop_table('courts')
    op.drop_table('clock_walks')
