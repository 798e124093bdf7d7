"""What keeps an account in its owner's hands: counted guesses, verified addresses, sessions."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# The memory that all processes share, as Django's createcachetable makes it.
CACHE_TABLE = """
    CREATE TABLE samaki_cache (
        cache_key varchar(255) NOT NULL PRIMARY KEY,
        value text NOT NULL,
        expires timestamp with time zone NOT NULL
    );
    CREATE INDEX samaki_cache_expires ON samaki_cache (expires);
"""
# Until now an owner could let an address count that nobody had verified. What stands in the
# account itself is taken as given by an administrator; all others wait for nobody any more.
ADDRESSES = """
    DELETE FROM account_emailconfirmation;
    DELETE FROM account_emailaddress;
    INSERT INTO account_emailaddress (user_id, email, verified, "primary")
        SELECT id, lower(email), true, true FROM registry_user WHERE email <> '';
"""
# The first statement lets PostgreSQL check now what waits for the end of the transaction.
VERIFIED = """
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE account_emailaddress
        ADD CONSTRAINT address_that_counts_is_verified CHECK (verified OR NOT "primary");
"""
# Wrong tries are counted in registry_guesscount now. These tables also kept the names that were
# typed; what happened stands in the access log.
FORMER_COUNTS = """
    DROP TABLE IF EXISTS axes_accessattemptexpiration, axes_accessattempt,
        axes_accessfailurelog, axes_accesslog;
    DELETE FROM django_migrations WHERE app = 'axes';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('account', '0009_emailaddress_unique_primary_email'),
        ('registry', '0004_organisations_in_order'),
    ]

    operations = [
        migrations.CreateModel(
            name='GuessCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.CharField(choices=[('password', 'password'), ('code', 'code')], max_length=10)),
                ('subject', models.CharField(max_length=64)),
                ('browser', models.CharField(blank=True, max_length=64)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('last_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('locked_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SpentCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='user',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='user',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='user',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='user',
            name='must_change_password',
            field=models.BooleanField(default=False, editable=False, verbose_name='must choose another password'),
        ),
        migrations.AddField(
            model_name='user',
            name='sessions_epoch',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='userevent',
            name='must_change_password',
            field=models.BooleanField(default=False, editable=False, verbose_name='must choose another password'),
        ),
        migrations.AlterField(
            model_name='accesslog',
            name='event',
            field=models.CharField(choices=[('signed in', 'Signed in'), ('sign-in failed', 'Sign-in failed'), ('signed out', 'Signed out'), ('locked', 'Locked after wrong tries'), ('password changed', 'Password changed'), ('address changed', 'E-mail address changed'), ('factor changed', 'Second factor changed'), ('sessions ended', 'Sessions ended'), ('exported', 'Exported'), ('printed', 'Printed')], max_length=20, verbose_name='event'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='ended_sessions_stay_ended', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n                    NEW.sessions_epoch = GREATEST(OLD.sessions_epoch, NEW.sessions_epoch);\n                    IF OLD.is_active AND NOT NEW.is_active THEN\n                        NEW.sessions_epoch = NEW.sessions_epoch + 1;\n                    END IF;\n                    RETURN NEW;\n                ', hash='f4d9fa441e56e60af26ac780820c1f0f4545c4f0', operation='UPDATE', pgid='pgtrigger_ended_sessions_stay_ended_7ba90', table='registry_user', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_userevent" ("date_joined", "email", "first_name", "id", "is_active", "is_demo", "is_staff", "is_superuser", "language", "last_name", "must_change_password", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "username") VALUES (NEW."date_joined", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."is_demo", NEW."is_staff", NEW."is_superuser", NEW."language", NEW."last_name", NEW."must_change_password", NEW."organisation_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."username"); RETURN NULL;', hash='f17d9cd161cde8c4700f7cb770156614e493d6aa', operation='INSERT', pgid='pgtrigger_insert_insert_b61ef', table='registry_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."must_change_password" IS DISTINCT FROM (NEW."must_change_password") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."username" IS DISTINCT FROM (NEW."username"))', func='INSERT INTO "registry_userevent" ("date_joined", "email", "first_name", "id", "is_active", "is_demo", "is_staff", "is_superuser", "language", "last_name", "must_change_password", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "username") VALUES (NEW."date_joined", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."is_demo", NEW."is_staff", NEW."is_superuser", NEW."language", NEW."last_name", NEW."must_change_password", NEW."organisation_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."username"); RETURN NULL;', hash='94f0b822a807ac8ac4ee309e0e54e3ab32b0ed08', operation='UPDATE', pgid='pgtrigger_update_update_99106', table='registry_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "registry_userevent" ("date_joined", "email", "first_name", "id", "is_active", "is_demo", "is_staff", "is_superuser", "language", "last_name", "must_change_password", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "username") VALUES (OLD."date_joined", OLD."email", OLD."first_name", OLD."id", OLD."is_active", OLD."is_demo", OLD."is_staff", OLD."is_superuser", OLD."language", OLD."last_name", OLD."must_change_password", OLD."organisation_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."username"); RETURN NULL;', hash='5f298c7dab08115fe178a78834cecb0be368be16', operation='DELETE', pgid='pgtrigger_delete_delete_3f480', table='registry_user', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='guesscount',
            constraint=models.UniqueConstraint(fields=('subject', 'secret', 'browser'), name='guesses_are_counted_once'),
        ),
        migrations.AddField(
            model_name='spentcode',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='spentcode',
            constraint=models.UniqueConstraint(fields=('account', 'digest'), name='code_is_accepted_once'),
        ),
        migrations.RunSQL(CACHE_TABLE, "DROP TABLE samaki_cache"),
        migrations.RunSQL(ADDRESSES, migrations.RunSQL.noop),
        migrations.RunSQL(
            VERIFIED,
            "ALTER TABLE account_emailaddress DROP CONSTRAINT address_that_counts_is_verified",
        ),
        migrations.RunSQL(FORMER_COUNTS, migrations.RunSQL.noop),
    ]
