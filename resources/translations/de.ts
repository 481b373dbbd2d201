<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message><source>About dicomdesk</source><translation>Über dicomdesk</translation></message>
    <message><source>Moves DICOM between machines: a window and command line tools on one engine.</source><translation>Überträgt DICOM zwischen Rechnern: ein Fenster und Befehle auf derselben Grundlage.</translation></message>
    <message><source>Not for clinical diagnosis. Not a medical device.</source><translation>Nicht für die klinische Diagnose. Kein Medizinprodukt.</translation></message>
    <message><source>Versions</source><translation>Versionen</translation></message>
    <message><source>Under the MIT licence, without any warranty. Qt is used under the LGPL.</source><translation>Unter der MIT-Lizenz, ohne jede Gewährleistung. Qt wird unter der LGPL verwendet.</translation></message>
    <message><source>&amp;Copy versions</source><translation>Versionen kopieren</translation></message>
</context>
<context>
    <name>AccessEntry</name>
    <message><source>AE titles that may send</source><translation>AE-Titel, die senden dürfen</translation></message>
    <message><source>any AE title; or CT1, MR2</source><translation>jeder AE-Titel; oder CT1, MR2</translation></message>
    <message><source>AE titles that we may be called by</source><translation>AE-Titel, unter denen wir gerufen werden dürfen</translation></message>
    <message><source>any AE title; or DESK</source><translation>jeder AE-Titel; oder DESK</translation></message>
    <message><source>Addresses that may send</source><translation>Adressen, die senden dürfen</translation></message>
    <message><source>any address; or 10.1.4.20, 10.2.0.0/16</source><translation>jede Adresse; oder 10.1.4.20, 10.2.0.0/16</translation></message>
    <message><source>Add a user who may send</source><translation>Einen Benutzer hinzufügen, der senden darf</translation></message>
    <message><source>Users who may send</source><translation>Benutzer, die senden dürfen</translation></message>
    <message><source>AE titles</source><translation>AE-Titel</translation></message>
    <message><source>Addresses</source><translation>Adressen</translation></message>
    <message><source>Called as</source><translation>Gerufen als</translation></message>
    <message><source>Users</source><translation>Benutzer</translation></message>
    <message><source>from {networks}</source><translation>von {networks}</translation></message>
    <message><source>called as {titles}</source><translation>gerufen als {titles}</translation></message>
    <message><source>{count} user</source><translation>{count} Benutzer</translation></message>
    <message><source>{count} users</source><translation>{count} Benutzer</translation></message>
    <message><source>everybody</source><translation>jeder</translation></message>
    <message><source>Peers must present one of these users with the passcode. Only hashes of passcodes are kept.</source><translation>Gegenstellen müssen einen dieser Benutzer mit seinem Kennwort angeben. Nur Prüfsummen der Kennwörter werden aufbewahrt.</translation></message>
    <message><source>All that is filled in must be met. AE titles alone are easily pretended.</source><translation>Alles Ausgefüllte muss erfüllt sein. AE-Titel allein sind leicht vorzutäuschen.</translation></message>
    <message><source>Whoever reaches this port may send.</source><translation>Wer diesen Port erreicht, darf senden.</translation></message>
</context>
<context>
    <name>Additions</name>
    <message><source>Add files to send</source><translation>Dateien zum Senden hinzufügen</translation></message>
    <message><source>Add a folder to send</source><translation>Einen Ordner zum Senden hinzufügen</translation></message>
</context>
<context>
    <name>AnswerDialog</name>
    <message><source>&amp;Close</source><translation>Schließen</translation></message>
</context>
<context>
    <name>AppearanceButton</name>
    <message><source>Appearance</source><translation>Darstellung</translation></message>
    <message><source>&amp;Appearance</source><translation>Darstellung</translation></message>
    <message><source>As the &amp;system</source><translation>Wie das System</translation></message>
    <message><source>&amp;Light</source><translation>Hell</translation></message>
    <message><source>&amp;Dark</source><translation>Dunkel</translation></message>
</context>
<context>
    <name>ArchiveChoice</name>
    <message><source>Choose a configuration…</source><translation>Eine Konfiguration wählen…</translation></message>
    <message><source>Choose a folder…</source><translation>Einen Ordner wählen…</translation></message>
    <message><source>Make a new one…</source><translation>Ein neues anlegen…</translation></message>
    <message><source>Reading the archive…</source><translation>Das Archiv wird gelesen…</translation></message>
    <message><source>The archive cannot be opened</source><translation>Das Archiv kann nicht geöffnet werden</translation></message>
    <message><source>Look after an archive</source><translation>Ein Archiv betreuen</translation></message>
    <message><source>Choose the configuration that dcmqrscp serves, or the folder of an archive: what is in it is found as you type, and can be sent, corrected, exported and removed while its server runs.</source><translation>Wählen Sie die Konfiguration, die dcmqrscp bedient, oder den Ordner eines Archivs: was darin ist, wird beim Schreiben gefunden und kann gesendet, berichtigt, exportiert und entfernt werden, während sein Server läuft.</translation></message>
    <message><source>Folder of the archive</source><translation>Ordner des Archivs</translation></message>
    <message><source>Configuration of the archive, such as dcmqrscp.cfg</source><translation>Konfiguration des Archivs, wie dcmqrscp.cfg</translation></message>
    <message><source>New or empty folder for the archive</source><translation>Neuer oder leerer Ordner für das Archiv</translation></message>
    <message><source>No archive was made</source><translation>Kein Archiv wurde angelegt</translation></message>
</context>
<context>
    <name>ArchivePane</name>
    <message><source>Somebody sends to the archive.</source><translation>Jemand sendet an das Archiv.</translation></message>
    <message><source>{title}: it is ended in order.</source><translation>{title}: wird ordentlich beendet.</translation></message>
    <message><source>Choose or make the archive that is to receive</source><translation>Wählen Sie das Archiv, das empfangen soll, oder legen Sie eines an</translation></message>
    <message><source>It begins as soon as it is open.</source><translation>Es beginnt, sobald es offen ist.</translation></message>
    <message><source>What the archive has</source><translation>Was das Archiv hat</translation></message>
    <message><source>Studies</source><translation>Studien</translation></message>
    <message><source>Patients</source><translation>Patienten</translation></message>
    <message><source>Conflicts</source><translation>Widersprüche</translation></message>
    <message><source>Search name, ID, accession number, date, UID</source><translation>Name, ID, Auftragsnummer, Datum, UID suchen</translation></message>
    <message><source>Import…</source><translation>Importieren…</translation></message>
    <message><source>Take a folder into the archive</source><translation>Einen Ordner ins Archiv nehmen</translation></message>
    <message><source>More</source><translation>Mehr</translation></message>
    <message><source>&amp;Send to a peer…</source><translation>An eine Gegenstelle senden…</translation></message>
    <message><source>&amp;Correct…</source><translation>Berichtigen…</translation></message>
    <message><source>&amp;Merge two patients…</source><translation>Zwei Patienten zusammenführen…</translation></message>
    <message><source>Bring to &amp;another study…</source><translation>Zu einer anderen Studie bringen…</translation></message>
    <message><source>&amp;Export to a folder…</source><translation>In einen Ordner exportieren…</translation></message>
    <message><source>Export to a &amp;ZIP archive…</source><translation>In ein ZIP-Archiv exportieren…</translation></message>
    <message><source>E&amp;lements…</source><translation>Elemente…</translation></message>
    <message><source>Copy &amp;UID</source><translation>UID kopieren</translation></message>
    <message><source>&amp;Remove…</source><translation>Entfernen…</translation></message>
    <message><source>Receive &amp;into the archive</source><translation>Ins Archiv empfangen</translation></message>
    <message><source>&amp;Import a folder…</source><translation>Einen Ordner importieren…</translation></message>
    <message><source>Import &amp;files or a DICOMDIR…</source><translation>Dateien oder ein DICOMDIR importieren…</translation></message>
    <message><source>C&amp;orrections…</source><translation>Berichtigungen…</translation></message>
    <message><source>&amp;Trash…</source><translation>Papierkorb…</translation></message>
    <message><source>&amp;Verify</source><translation>Überprüfen</translation></message>
    <message><source>Verify, and read every file</source><translation>Überprüfen und jede Datei lesen</translation></message>
    <message><source>Write an a&amp;udit trail…</source><translation>Ein Prüfprotokoll schreiben…</translation></message>
    <message><source>&amp;Back up…</source><translation>Sichern…</translation></message>
    <message><source>Choose a co&amp;nfiguration…</source><translation>Eine Konfiguration wählen…</translation></message>
    <message><source>Choose the fol&amp;der of an archive…</source><translation>Den Ordner eines Archivs wählen…</translation></message>
    <message><source>Make a ne&amp;w archive…</source><translation>Ein neues Archiv anlegen…</translation></message>
    <message><source>&amp;Look at the archive again</source><translation>Im Archiv neu nachsehen</translation></message>
    <message><source>&amp;Find in the archive</source><translation>Im Archiv suchen</translation></message>
    <message><source>Write no a&amp;udit trail</source><translation>Kein Prüfprotokoll schreiben</translation></message>
    <message><source>Stop receiving &amp;into the archive</source><translation>Nicht mehr ins Archiv empfangen</translation></message>
    <message><source>Nothing fits what is searched for.</source><translation>Nichts passt zu dem, was gesucht wird.</translation></message>
    <message><source>Nothing in this archive contradicts anything else.</source><translation>In diesem Archiv widerspricht nichts dem anderen.</translation></message>
    <message><source>The archive is empty: import a folder, or have a modality send to it.</source><translation>Das Archiv ist leer: importieren Sie einen Ordner, oder lassen Sie ein Gerät dorthin senden.</translation></message>
    <message><source>Send to…</source><translation>Senden an…</translation></message>
    <message><source>Correct…</source><translation>Berichtigen…</translation></message>
    <message><source>Export…</source><translation>Exportieren…</translation></message>
    <message><source>Remove…</source><translation>Entfernen…</translation></message>
    <message><source>It is not in the archive any more.</source><translation>Es ist nicht mehr im Archiv.</translation></message>
    <message><source>File for the audit trail, which names patients</source><translation>Datei für das Prüfprotokoll, das Patienten nennt</translation></message>
    <message><source>The file cannot be read</source><translation>Die Datei kann nicht gelesen werden</translation></message>
</context>
<context>
    <name>AssociationsPane</name>
    <message><source>All</source><translation>Alle</translation></message>
    <message><source>Open</source><translation>Offen</translation></message>
    <message><source>Outgoing</source><translation>Ausgehend</translation></message>
    <message><source>Incoming</source><translation>Eingehend</translation></message>
    <message><source>With problems</source><translation>Mit Problemen</translation></message>
    <message><source>Search AE title, host, reason</source><translation>AE-Titel, Rechner, Grund suchen</translation></message>
    <message><source>&amp;Clear ended</source><translation>Beendete entfernen</translation></message>
    <message><source>&amp;Save associations…</source><translation>Verbindungen speichern…</translation></message>
    <message><source>&amp;Find in the list</source><translation>In der Liste suchen</translation></message>
    <message><source>Associations</source><translation>Verbindungen</translation></message>
    <message><source>Take ended associations off the list</source><translation>Beendete Verbindungen aus der Liste nehmen</translation></message>
    <message><source>Write the associations that are listed, with contexts and messages, as text or JSON</source><translation>Die Verbindungen der Liste mit Kontexten und Nachrichten als Text oder JSON schreiben</translation></message>
    <message><source>Save associations</source><translation>Verbindungen speichern</translation></message>
    <message><source>No associations yet</source><translation>Noch keine Verbindungen</translation></message>
    <message><source>Each connection shows here with what was proposed, what was accepted, and why not. Try Echo in Send.</source><translation>Jede Verbindung erscheint hier mit dem, was vorgeschlagen und angenommen wurde, und warum nicht. Versuchen Sie Echo in Senden.</translation></message>
    <message><source>Save associations as text, or as JSON (.json)</source><translation>Verbindungen als Text speichern, oder als JSON (.json)</translation></message>
    <message><source>Copy as text</source><translation>Als Text kopieren</translation></message>
    <message><source>Save all that are listed…</source><translation>Alle der Liste speichern…</translation></message>
</context>
<context>
    <name>Background</name>
    <message><source>The list of problems says what is lacking.</source><translation>Die Liste der Probleme sagt, was fehlt.</translation></message>
    <message><source>What was to be retrieved has been asked for, and all answers are there</source><translation>Was abgerufen werden sollte, ist angefragt, und alle Antworten sind da</translation></message>
    <message><source>It goes on receiving and sending, and its icon in the tray brings the window back. File, Quit ends it; Settings, General has the choice.</source><translation>Es empfängt und sendet weiter, und das Symbol im Infobereich holt das Fenster zurück. Datei, Beenden beendet es; unter Einstellungen, Allgemein haben Sie die Wahl.</translation></message>
    <message><source>dicomdesk goes on in the tray</source><translation>dicomdesk läuft im Infobereich weiter</translation></message>
    <message><source>&amp;Close to the tray</source><translation>In den Infobereich schließen</translation></message>
</context>
<context>
    <name>CardBox</name>
    <message><source>Copy</source><translation>Kopieren</translation></message>
    <message><source>Copy these lines</source><translation>Diese Zeilen kopieren</translation></message>
</context>
<context>
    <name>Carrying</name>
    <message><source>It cannot be sent</source><translation>Es kann nicht gesendet werden</translation></message>
    <message><source>{instances} are to go to {peer}</source><translation>{instances} sollen an {peer} gehen</translation></message>
    <message><source>The Send view shows how far they are.</source><translation>Die Ansicht Senden zeigt, wie weit sie sind.</translation></message>
    <message><source>Nothing of it is in the archive any more.</source><translation>Davon ist nichts mehr im Archiv.</translation></message>
    <message><source>Folder to be imported</source><translation>Ordner, der importiert werden soll</translation></message>
    <message><source>Files, DICOMDIR or ZIP archives to be imported</source><translation>Dateien, DICOMDIR oder ZIP-Archive, die importiert werden sollen</translation></message>
    <message><source>Importing into {area}</source><translation>Import nach {area}</translation></message>
    <message><source>The import was ended</source><translation>Der Import wurde beendet</translation></message>
    <message><source>The import was broken off</source><translation>Der Import wurde abgebrochen</translation></message>
    <message><source>Imported</source><translation>Importiert</translation></message>
    <message><source>Storage area</source><translation>Ablagebereich</translation></message>
    <message><source>Which storage area is it to go into?</source><translation>In welchen Ablagebereich soll es kommen?</translation></message>
    <message><source>{count} instance stored</source><translation>{count} Instanz gespeichert</translation></message>
    <message><source>{count} instances stored</source><translation>{count} Instanzen gespeichert</translation></message>
    <message><source>{count} file is no instance.</source><translation>{count} Datei ist keine Instanz.</translation></message>
    <message><source>{count} files are no instances.</source><translation>{count} Dateien sind keine Instanzen.</translation></message>
    <message><source>The originals are where they were.</source><translation>Die Originale sind, wo sie waren.</translation></message>
    <message><source>{count} not taken</source><translation>{count} nicht genommen</translation></message>
    <message><source>Show all…</source><translation>Alle zeigen…</translation></message>
    <message><source>Not imported</source><translation>Nicht importiert</translation></message>
    <message><source>ZIP archive to be written</source><translation>ZIP-Archiv, das geschrieben werden soll</translation></message>
    <message><source>New or empty folder for the export</source><translation>Neuer oder leerer Ordner für den Export</translation></message>
    <message><source>Exporting {what}</source><translation>{what} wird exportiert</translation></message>
    <message><source>Nothing is left of it.</source><translation>Davon ist nichts übrig.</translation></message>
    <message><source>The export was ended</source><translation>Der Export wurde beendet</translation></message>
    <message><source>Nothing was exported</source><translation>Nichts wurde exportiert</translation></message>
    <message><source>{count} instance exported</source><translation>{count} Instanz exportiert</translation></message>
    <message><source>{count} instances exported</source><translation>{count} Instanzen exportiert</translation></message>
    <message><source>{instances} in the folder OTHER, which the DICOMDIR cannot list.</source><translation>{instances} im Ordner OTHER, die das DICOMDIR nicht aufführen kann.</translation></message>
    <message><source>{instances} left out: {reason}</source><translation>{instances} ausgelassen: {reason}</translation></message>
    <message><source>Reading every file</source><translation>Jede Datei wird gelesen</translation></message>
    <message><source>Comparing files and index</source><translation>Dateien und Index werden verglichen</translation></message>
    <message><source>What was looked at until then: {count} wrong.</source><translation>Was bis dahin angesehen wurde: {count} falsch.</translation></message>
    <message><source>The verification was ended</source><translation>Die Überprüfung wurde beendet</translation></message>
    <message><source>The archive cannot be verified</source><translation>Das Archiv kann nicht überprüft werden</translation></message>
    <message><source>{count} file looked at</source><translation>{count} Datei angesehen</translation></message>
    <message><source>{count} files looked at</source><translation>{count} Dateien angesehen</translation></message>
    <message><source>Files and index agree.</source><translation>Dateien und Index stimmen überein.</translation></message>
    <message><source>What is wrong</source><translation>Was falsch ist</translation></message>
    <message><source>{count} wrong. The first: {first} What to do: dicomdesk archive repair mends it.</source><translation>{count} falsch. Das erste: {first} Was zu tun ist: dicomdesk archive repair behebt es.</translation></message>
    <message><source>Folder for backups</source><translation>Ordner für Sicherungen</translation></message>
    <message><source>Backing up</source><translation>Es wird gesichert</translation></message>
    <message><source>Earlier backups are as they were.</source><translation>Frühere Sicherungen sind, wie sie waren.</translation></message>
    <message><source>The backup was ended</source><translation>Die Sicherung wurde beendet</translation></message>
    <message><source>The archive was not backed up</source><translation>Das Archiv wurde nicht gesichert</translation></message>
    <message><source>{count} file backed up</source><translation>{count} Datei gesichert</translation></message>
    <message><source>{count} files backed up</source><translation>{count} Dateien gesichert</translation></message>
    <message><source>{size} were new. They are in {folder}.</source><translation>{size} waren neu. Sie liegen in {folder}.</translation></message>
    <message><source>{count} missing or damaged: Verify tells which. {rest}</source><translation>{count} fehlen oder sind beschädigt: Überprüfen sagt, welche. {rest}</translation></message>
    <message><source>File</source><translation>Datei</translation></message>
    <message><source>Why</source><translation>Warum</translation></message>
</context>
<context>
    <name>Changes</name>
    <message><source>Values are corrected of a patient, a study or a series as a whole.</source><translation>Werte werden für einen Patienten, eine Studie oder eine Serie als Ganzes berichtigt.</translation></message>
    <message><source>An instance is not corrected alone</source><translation>Eine Instanz wird nicht allein berichtigt</translation></message>
    <message><source>Correct {what}</source><translation>{what} berichtigen</translation></message>
    <message><source>Patient ID that goes</source><translation>Patienten-ID, die verschwindet</translation></message>
    <message><source>Patient ID that stays</source><translation>Patienten-ID, die bleibt</translation></message>
    <message><source>Merge two patients</source><translation>Zwei Patienten zusammenführen</translation></message>
    <message><source>Into the study (UID; empty for a new one)</source><translation>In die Studie (UID; leer für eine neue)</translation></message>
    <message><source>Patient ID</source><translation>Patienten-ID</translation></message>
    <message><source>Patient name</source><translation>Patientenname</translation></message>
    <message><source>Bring {what} to another study</source><translation>{what} zu einer anderen Studie bringen</translation></message>
    <message><source>Nothing was changed</source><translation>Nichts wurde geändert</translation></message>
    <message><source>It was ended before it was done.</source><translation>Es wurde vor dem Ende abgebrochen.</translation></message>
    <message><source>It was not changed</source><translation>Es wurde nicht geändert</translation></message>
    <message><source>{count} instance changed</source><translation>{count} Instanz geändert</translation></message>
    <message><source>{count} instances changed</source><translation>{count} Instanzen geändert</translation></message>
    <message><source>Corrections that were made can be taken back: see Corrections.</source><translation>Berichtigungen können zurückgenommen werden: siehe Berichtigungen.</translation></message>
    <message><source>Remove {what}</source><translation>{what} entfernen</translation></message>
    <message><source>Why</source><translation>Warum</translation></message>
    <message><source>The removal was ended</source><translation>Das Entfernen wurde beendet</translation></message>
    <message><source>What is gone is in the trash.</source><translation>Was weg ist, liegt im Papierkorb.</translation></message>
    <message><source>It was not removed</source><translation>Es wurde nicht entfernt</translation></message>
    <message><source>{count} instance removed</source><translation>{count} Instanz entfernt</translation></message>
    <message><source>{count} instances removed</source><translation>{count} Instanzen entfernt</translation></message>
    <message><source>They are in the trash, and can be put back from there.</source><translation>Sie liegen im Papierkorb und können von dort zurückgelegt werden.</translation></message>
    <message><source>{count} study stays: it is on hold.</source><translation>{count} Studie bleibt: sie ist gesperrt.</translation></message>
    <message><source>{count} studies stay: they are on hold.</source><translation>{count} Studien bleiben: sie sind gesperrt.</translation></message>
    <message><source>Trash…</source><translation>Papierkorb…</translation></message>
</context>
<context>
    <name>CheckDialog</name>
    <message><source>Connection check</source><translation>Prüfung der Verbindung</translation></message>
    <message><source>Search SOP class, encoding, UID</source><translation>SOP-Klasse, Kodierung, UID suchen</translation></message>
    <message><source>Checking {peer}…</source><translation>{peer} wird geprüft…</translation></message>
    <message><source>Stopped: {peer} was not checked to the end</source><translation>Angehalten: {peer} wurde nicht zu Ende geprüft</translation></message>
    <message><source>{peer} cannot be used as it is</source><translation>{peer} kann so nicht verwendet werden</translation></message>
    <message><source>{peer} can be used, with a warning</source><translation>{peer} kann verwendet werden, mit einer Warnung</translation></message>
    <message><source>{peer} can be used</source><translation>{peer} kann verwendet werden</translation></message>
    <message><source>What the peer accepts</source><translation>Was die Gegenstelle annimmt</translation></message>
    <message><source>Test &amp;again</source><translation>Noch einmal testen</translation></message>
    <message><source>&amp;Copy as text</source><translation>Als Text kopieren</translation></message>
    <message><source>&amp;Stop</source><translation>Anhalten</translation></message>
    <message><source>Ask what it acc&amp;epts</source><translation>Fragen, was sie annimmt</translation></message>
    <message><source>{done} of {total} SOP classes asked for</source><translation>nach {done} von {total} SOP-Klassen gefragt</translation></message>
</context>
<context>
    <name>Chip</name>
    <message><source>{word}: {count}</source><translation>{word}: {count}</translation></message>
</context>
<context>
    <name>ClosingDialog</name>
    <message><source>Close dicomdesk?</source><translation>dicomdesk schließen?</translation></message>
    <message><source>The current instance is finished first; nothing is lost that was stored.</source><translation>Die laufende Instanz wird zuerst beendet; nichts Gespeichertes geht verloren.</translation></message>
    <message><source>&amp;Stop and close</source><translation>Anhalten und schließen</translation></message>
    <message><source>&amp;Close</source><translation>Schließen</translation></message>
    <message><source>&amp;Keep running</source><translation>Weiterlaufen lassen</translation></message>
    <message><source>&amp;Keep open</source><translation>Offen lassen</translation></message>
</context>
<context>
    <name>CommandCopy</name>
    <message><source>It names the folders, since there are {count} files: everything in them is sent.</source><translation>Er nennt die Ordner, weil es {count} Dateien sind: alles darin wird gesendet.</translation></message>
    <message><source>Paste it into a terminal of this machine. Secrets are left out.</source><translation>Fügen Sie ihn in ein Terminal dieses Rechners ein. Geheimnisse sind ausgelassen.</translation></message>
    <message><source>Copied as a command of dcmsend</source><translation>Als Befehl von dcmsend kopiert</translation></message>
</context>
<context>
    <name>Commitments</name>
    <message><source>Ask the peer to &amp;keep what it has stored (storage commitment)</source><translation>Die Gegenstelle bitten, Gespeichertes aufzubewahren (Storage Commitment)</translation></message>
    <message><source>Delete &amp;files once the peer has committed to them</source><translation>Dateien löschen, sobald die Gegenstelle sie zugesichert hat</translation></message>
    <message><source>Asked to keep</source><translation>Um Zusicherung gebeten</translation></message>
    <message><source>Committed</source><translation>Zugesichert</translation></message>
    <message><source>Not committed</source><translation>Nicht zugesichert</translation></message>
</context>
<context>
    <name>ConditionEditor</name>
    <message><source>all of these</source><translation>alle von diesen</translation></message>
    <message><source>any of these</source><translation>irgendeine von diesen</translation></message>
    <message><source>All or any of the conditions</source><translation>Alle oder irgendeine der Bedingungen</translation></message>
    <message><source>Add &amp;condition</source><translation>Bedingung hinzufügen</translation></message>
    <message><source>Everything matches.</source><translation>Alles passt.</translation></message>
    <message><source>{text}. These conditions can be changed in the file.</source><translation>{text}. Diese Bedingungen können in der Datei geändert werden.</translation></message>
</context>
<context>
    <name>ConfirmDialog</name>
    <message><source>&amp;Keep</source><translation>Behalten</translation></message>
</context>
<context>
    <name>Credentials</name>
    <message><source>Pass phrase of {key}</source><translation>Passphrase von {key}</translation></message>
    <message><source>That is not the pass phrase of this key.</source><translation>Das ist nicht die Passphrase dieses Schlüssels.</translation></message>
    <message><source>The private key is encrypted.</source><translation>Der private Schlüssel ist verschlüsselt.</translation></message>
    <message><source>Passcode of {user} for {peer}</source><translation>Kennwort von {user} für {peer}</translation></message>
    <message><source>It is sent to {peer}.</source><translation>Es wird an {peer} gesendet.</translation></message>
    <message><source>Without TLS, anybody on the way can read it.</source><translation>Ohne TLS kann es jeder unterwegs lesen.</translation></message>
    <message><source>The keyring did not take it: it is kept until the window closes.</source><translation>Der Schlüsselbund hat es nicht genommen: es bleibt, bis das Fenster geschlossen wird.</translation></message>
    <message><source>Keep it in the keyring</source><translation>Im Schlüsselbund aufbewahren</translation></message>
</context>
<context>
    <name>DeletionDialog</name>
    <message><source>Delete received files?</source><translation>Empfangene Dateien löschen?</translation></message>
    <message><source>Delete {files} of {what}?</source><translation>{files} von {what} löschen?</translation></message>
    <message><source>They are not kept anywhere else by this program.</source><translation>Dieses Programm bewahrt sie nirgends sonst auf.</translation></message>
    <message><source>&amp;Delete {files}</source><translation>{files} löschen</translation></message>
    <message><source>&amp;Keep them</source><translation>Behalten</translation></message>
</context>
<context>
    <name>DetailsStrip</name>
    <message><source>More</source><translation>Mehr</translation></message>
    <message><source>Copy details</source><translation>Einzelheiten kopieren</translation></message>
</context>
<context>
    <name>DiskWarning</name>
    <message><source>Open folder</source><translation>Ordner öffnen</translation></message>
</context>
<context>
    <name>ElementsDialog</name>
    <message><source>Elements of {title}</source><translation>Elemente von {title}</translation></message>
    <message><source>Search tag, name or value</source><translation>Tag, Name oder Wert suchen</translation></message>
    <message><source>Elements</source><translation>Elemente</translation></message>
    <message><source>Close</source><translation>Schließen</translation></message>
    <message><source>The file cannot be shown</source><translation>Die Datei kann nicht gezeigt werden</translation></message>
    <message><source>the first {most} of {count} that fit</source><translation>die ersten {most} von {count}, die passen</translation></message>
    <message><source>{count} element fits</source><translation>{count} Element passt</translation></message>
    <message><source>{count} elements fit</source><translation>{count} Elemente passen</translation></message>
    <message><source>{count} element</source><translation>{count} Element</translation></message>
    <message><source>{count} elements</source><translation>{count} Elemente</translation></message>
    <message><source>Reading…</source><translation>Liest…</translation></message>
    <message><source>Not all of it is shown</source><translation>Nicht alles wird gezeigt</translation></message>
    <message><source>Select an element</source><translation>Wählen Sie ein Element</translation></message>
    <message><source>no value</source><translation>kein Wert</translation></message>
    <message><source>Copy value</source><translation>Wert kopieren</translation></message>
    <message><source>Copy row</source><translation>Zeile kopieren</translation></message>
    <message><source>Copy tag</source><translation>Tag kopieren</translation></message>
</context>
<context>
    <name>FaultDialog</name>
    <message><source>Something went wrong the last time</source><translation>Beim letzten Mal ging etwas schief</translation></message>
    <message><source>dicomdesk had a fault when it ran the last time</source><translation>dicomdesk hatte beim letzten Mal einen Fehler</translation></message>
    <message><source>What was acknowledged to peers is in its folder, and what waited to be sent waits still. To help mend this, write a support bundle and send it to who looks after this program. Neither names a patient.</source><translation>Was Gegenstellen bestätigt wurde, ist im Ordner, und was zu senden war, wartet noch. Um bei der Behebung zu helfen, schreiben Sie ein Support-Paket und senden Sie es an die, die dieses Programm betreuen. Keines davon nennt einen Patienten.</translation></message>
    <message><source>Report on the fault</source><translation>Bericht über den Fehler</translation></message>
    <message><source>&amp;Support bundle…</source><translation>Support-Paket…</translation></message>
    <message><source>C&amp;opy</source><translation>Kopieren</translation></message>
</context>
<context>
    <name>FirstStartDialog</name>
    <message><source>Welcome to dicomdesk</source><translation>Willkommen bei dicomdesk</translation></message>
    <message><source>What is this machine called?</source><translation>Wie heißt dieser Rechner?</translation></message>
    <message><source>Scanners and archives know each other by AE title, address and port. These suit this machine; the administrator of your archive may want others. All can be changed in Settings.</source><translation>Geräte und Archive kennen einander mit AE-Titel, Adresse und Port. Diese passen zu diesem Rechner; wer Ihr Archiv verwaltet, möchte vielleicht andere. Alles kann in den Einstellungen geändert werden.</translation></message>
    <message><source>Own AE title</source><translation>Eigener AE-Titel</translation></message>
    <message><source>Port to listen on</source><translation>Port, auf dem gelauscht wird</translation></message>
    <message><source>Folder for what is received</source><translation>Ordner für Empfangenes</translation></message>
    <message><source>Choose the folder</source><translation>Ordner wählen</translation></message>
    <message><source>AE title</source><translation>AE-Titel</translation></message>
    <message><source>Port</source><translation>Port</translation></message>
    <message><source>Folder</source><translation>Ordner</translation></message>
    <message><source>&amp;Use these</source><translation>Übernehmen</translation></message>
    <message><source>&amp;Later</source><translation>Später</translation></message>
</context>
<context>
    <name>FoldHeading</name>
    <message><source>open</source><translation>offen</translation></message>
    <message><source>folded</source><translation>zugeklappt</translation></message>
</context>
<context>
    <name>GroupDialog</name>
    <message><source>Name of the group</source><translation>Name der Gruppe</translation></message>
    <message><source>Name</source><translation>Name</translation></message>
</context>
<context>
    <name>HelpDialog</name>
    <message><source>Help for dicomdesk</source><translation>Hilfe zu dicomdesk</translation></message>
    <message><source>Help</source><translation>Hilfe</translation></message>
    <message><source>Contents</source><translation>Inhalt</translation></message>
</context>
<context>
    <name>HistoryDialog</name>
    <message><source>History of what was sent</source><translation>Verlauf des Gesendeten</translation></message>
    <message><source>History</source><translation>Verlauf</translation></message>
    <message><source>All</source><translation>Alle</translation></message>
    <message><source>Done</source><translation>Erledigt</translation></message>
    <message><source>With problems</source><translation>Mit Problemen</translation></message>
    <message><source>Cancelled</source><translation>Abgebrochen</translation></message>
    <message><source>Not done</source><translation>Nicht erledigt</translation></message>
    <message><source>Search patient, ID, accession number, UID, file, peer, reason</source><translation>Patient, ID, Auftragsnummer, UID, Datei, Gegenstelle, Grund suchen</translation></message>
    <message><source>&amp;Send again</source><translation>Noch einmal senden</translation></message>
    <message><source>older than {count} day</source><translation>älter als {count} Tag</translation></message>
    <message><source>older than {count} days</source><translation>älter als {count} Tage</translation></message>
    <message><source>Clean &amp;up…</source><translation>Aufräumen…</translation></message>
    <message><source>What is deleted from the history</source><translation>Was aus dem Verlauf gelöscht wird</translation></message>
    <message><source>Nothing here</source><translation>Hier ist nichts</translation></message>
    <message><source>What was sent is kept here with each try, until it is cleaned up.</source><translation>Was gesendet wurde, bleibt hier mit jedem Versuch, bis aufgeräumt wird.</translation></message>
    <message><source>&amp;Close</source><translation>Schließen</translation></message>
    <message><source>{count} entry</source><translation>{count} Eintrag</translation></message>
    <message><source>{count} entries</source><translation>{count} Einträge</translation></message>
    <message><source>{count}, and more below</source><translation>{count}, und weiter unten mehr</translation></message>
    <message><source>Delete what is older than {count} day from the history?</source><translation>Was älter als {count} Tag ist, aus dem Verlauf löschen?</translation></message>
    <message><source>Delete what is older than {count} days from the history?</source><translation>Was älter als {count} Tage ist, aus dem Verlauf löschen?</translation></message>
    <message><source>What waits, or has not ended, stays. The files that were sent are not touched.</source><translation>Was wartet oder nicht zu Ende ist, bleibt. Die gesendeten Dateien werden nicht angerührt.</translation></message>
    <message><source>&amp;Delete</source><translation>Löschen</translation></message>
    <message><source>{count} entry deleted</source><translation>{count} Eintrag gelöscht</translation></message>
    <message><source>{count} entries deleted</source><translation>{count} Einträge gelöscht</translation></message>
</context>
<context>
    <name>HostAccess</name>
    <message><source>The process that sends and receives has not answered for {seconds} seconds. It may be waiting for a disk or a share that does not answer. If it is begun anew, nothing is lost: what was acknowledged is in the folder, and what waits is in the journal and goes on.</source><translation>Der Prozess, der sendet und empfängt, hat seit {seconds} Sekunden nicht geantwortet. Vielleicht wartet er auf einen Datenträger oder eine Freigabe. Wird er neu begonnen, geht nichts verloren: Bestätigtes ist im Ordner, und Wartendes ist im Journal und geht weiter.</translation></message>
</context>
<context>
    <name>IdentityEntry</name>
    <message><source>User name for the peer</source><translation>Benutzername für die Gegenstelle</translation></message>
    <message><source>nobody is named</source><translation>niemand wird genannt</translation></message>
    <message><source>With a passcode, asked for when it is first needed</source><translation>Mit einem Kennwort, nach dem gefragt wird, wenn es gebraucht wird</translation></message>
    <message><source>The peer has to confirm it</source><translation>Die Gegenstelle muss es bestätigen</translation></message>
    <message><source>User name</source><translation>Benutzername</translation></message>
    <message><source>{user}, with passcode</source><translation>{user}, mit Kennwort</translation></message>
    <message><source>Without TLS, anybody on the way can read the passcode.</source><translation>Ohne TLS kann jeder unterwegs das Kennwort lesen.</translation></message>
    <message><source>The passcode is kept until the window closes or, if you want, in the keyring.</source><translation>Das Kennwort bleibt, bis das Fenster geschlossen wird, oder auf Wunsch im Schlüsselbund.</translation></message>
</context>
<context>
    <name>ImportDialog</name>
    <message><source>Import peers</source><translation>Gegenstellen importieren</translation></message>
    <message><source>Group for peers whose file has none</source><translation>Gruppe für Gegenstellen, deren Datei keine hat</translation></message>
    <message><source>none</source><translation>keine</translation></message>
    <message><source>Put them into group</source><translation>In die Gruppe</translation></message>
    <message><source>What becomes of each peer</source><translation>Was aus jeder Gegenstelle wird</translation></message>
    <message><source>All</source><translation>Alle</translation></message>
    <message><source>To be added</source><translation>Wird hinzugefügt</translation></message>
    <message><source>To be changed</source><translation>Wird geändert</translation></message>
    <message><source>Left out</source><translation>Ausgelassen</translation></message>
    <message><source>Search name, address, reason</source><translation>Name, Adresse, Grund suchen</translation></message>
    <message><source>Line</source><translation>Zeile</translation></message>
    <message><source>What becomes of it</source><translation>Was daraus wird</translation></message>
    <message><source>Peer</source><translation>Gegenstelle</translation></message>
    <message><source>Why</source><translation>Warum</translation></message>
    <message><source>Import {count} peer</source><translation>{count} Gegenstelle importieren</translation></message>
    <message><source>Import {count} peers</source><translation>{count} Gegenstellen importieren</translation></message>
    <message><source>Nothing to import</source><translation>Nichts zu importieren</translation></message>
    <message><source>{added} will be added, {changed} changed, {left} left out</source><translation>{added} werden hinzugefügt, {changed} geändert, {left} ausgelassen</translation></message>
</context>
<context>
    <name>KeyboardPage</name>
    <message><source>Keyboard</source><translation>Tastatur</translation></message>
    <message><source>Search commands</source><translation>Befehle suchen</translation></message>
    <message><source>Where</source><translation>Wo</translation></message>
    <message><source>Command</source><translation>Befehl</translation></message>
    <message><source>Keys</source><translation>Tasten</translation></message>
    <message><source>Commands and their keys</source><translation>Befehle und ihre Tasten</translation></message>
    <message><source>Window</source><translation>Fenster</translation></message>
    <message><source>Keys of the command: press them here</source><translation>Tasten des Befehls: hier drücken</translation></message>
    <message><source>No keys</source><translation>Keine Tasten</translation></message>
    <message><source>As usual</source><translation>Wie üblich</translation></message>
    <message><source>All as usual</source><translation>Alle wie üblich</translation></message>
</context>
<context>
    <name>LimitsEntry</name>
    <message><source>{count}, as usual</source><translation>{count}, wie üblich</translation></message>
    <message><source>Maximum PDU length, bytes</source><translation>Größte PDU-Länge, Bytes</translation></message>
    <message><source>Associations at once, at most</source><translation>Verbindungen zugleich, höchstens</translation></message>
    <message><source>Seconds to connect</source><translation>Sekunden zum Verbinden</translation></message>
    <message><source>Seconds for an association</source><translation>Sekunden für eine Verbindung</translation></message>
    <message><source>Seconds for a message</source><translation>Sekunden für eine Nachricht</translation></message>
    <message><source>Seconds without progress</source><translation>Sekunden ohne Fortschritt</translation></message>
    <message><source>no limit</source><translation>keine Grenze</translation></message>
    <message><source>Maximum PDU</source><translation>Größte PDU</translation></message>
    <message><source>Associations</source><translation>Verbindungen</translation></message>
    <message><source>{count} at once</source><translation>{count} zugleich</translation></message>
    <message><source>PDUs of {count} bytes</source><translation>PDUs von {count} Bytes</translation></message>
    <message><source>own time-outs</source><translation>eigene Fristen</translation></message>
    <message><source>as usual</source><translation>wie üblich</translation></message>
    <message><source>It is a number from {least} to {most}, or nothing.</source><translation>Es ist eine Zahl von {least} bis {most}, oder nichts.</translation></message>
    <message><source>Seconds are a number such as 30, or nothing for no limit.</source><translation>Sekunden sind eine Zahl wie 30, oder nichts für keine Grenze.</translation></message>
</context>
<context>
    <name>ListDialog</name>
    <message><source>&amp;Close</source><translation>Schließen</translation></message>
    <message><source>All</source><translation>Alle</translation></message>
    <message><source>Done</source><translation>Erledigt</translation></message>
    <message><source>Problems</source><translation>Probleme</translation></message>
    <message><source>To do</source><translation>Zu tun</translation></message>
    <message><source>Search lines and reasons</source><translation>Zeilen und Gründe suchen</translation></message>
    <message><source>Work through a list</source><translation>Eine Liste abarbeiten</translation></message>
    <message><source>Lines of the list</source><translation>Zeilen der Liste</translation></message>
    <message><source>A CSV file or a spreadsheet with accession numbers, patient IDs or UIDs: {peer} is asked for each line, and what is found can be fetched. Drop it here, or open it.</source><translation>Eine CSV-Datei oder eine Tabelle mit Auftragsnummern, Patienten-IDs oder UIDs: {peer} wird nach jeder Zeile gefragt, und was gefunden wird, kann geholt werden. Ziehen Sie sie hierher, oder öffnen Sie sie.</translation></message>
    <message><source>&amp;Open list…</source><translation>Liste öffnen…</translation></message>
    <message><source>&amp;Earlier lists</source><translation>Frühere Listen</translation></message>
    <message><source>&amp;Export report…</source><translation>Bericht exportieren…</translation></message>
    <message><source>Open list</source><translation>Liste öffnen</translation></message>
    <message><source>{name}, {done} of {total} lines, {peer}, {day}</source><translation>{name}, {done} von {total} Zeilen, {peer}, {day}</translation></message>
    <message><source>This list was begun with another peer</source><translation>Diese Liste wurde mit einer anderen Gegenstelle begonnen</translation></message>
    <message><source>It is for {peer}. Choose that peer, then take the list up again.</source><translation>Sie ist für {peer}. Wählen Sie diese Gegenstelle und nehmen Sie die Liste dann wieder auf.</translation></message>
    <message><source>Export report</source><translation>Bericht exportieren</translation></message>
    <message><source>The report was not written</source><translation>Der Bericht wurde nicht geschrieben</translation></message>
    <message><source>The report was written</source><translation>Der Bericht wurde geschrieben</translation></message>
    <message><source>Stop &amp;now</source><translation>Sofort anhalten</translation></message>
    <message><source>&amp;Stop</source><translation>Anhalten</translation></message>
    <message><source>Break everything off</source><translation>Alles abbrechen</translation></message>
    <message><source>Stop in order; it can be taken up again</source><translation>Ordentlich anhalten; es kann wieder aufgenommen werden</translation></message>
    <message><source>Go on with the lines that are to do, and try again what failed</source><translation>Mit den Zeilen fortfahren, die zu tun sind, und Fehlgeschlagenes noch einmal versuchen</translation></message>
    <message><source>&amp;Go on</source><translation>Fortfahren</translation></message>
    <message><source>&amp;Start</source><translation>Beginnen</translation></message>
    <message><source>Ask for each line (Ctrl+Return)</source><translation>Nach jeder Zeile fragen (Strg+Eingabe)</translation></message>
    <message><source>{count} line</source><translation>{count} Zeile</translation></message>
    <message><source>{count} lines</source><translation>{count} Zeilen</translation></message>
    <message><source>{name}: {lines} for {peer}</source><translation>{name}: {lines} für {peer}</translation></message>
    <message><source>Stop and &amp;close</source><translation>Anhalten und schließen</translation></message>
    <message><source>The list can be taken up again</source><translation>Die Liste kann wieder aufgenommen werden</translation></message>
</context>
<context>
    <name>ListFlow</name>
    <message><source>Waiting until {time}</source><translation>Wartet bis {time}</translation></message>
    <message><source>Trying again at {time}</source><translation>Neuer Versuch um {time}</translation></message>
</context>
<context>
    <name>ListenerDialog</name>
    <message><source>Settings of the listener</source><translation>Einstellungen des Empfangs</translation></message>
    <message><source>Encryption</source><translation>Verschlüsselung</translation></message>
    <message><source>Who may send</source><translation>Wer senden darf</translation></message>
    <message><source>Files</source><translation>Dateien</translation></message>
    <message><source>Listen when the program starts</source><translation>Lauschen, wenn das Programm startet</translation></message>
</context>
<context>
    <name>ListsAccess</name>
    <message><source>Only lists can be dropped here: {endings}</source><translation>Nur Listen können hierher gezogen werden: {endings}</translation></message>
    <message><source>A column of accession numbers, patient IDs or UIDs. DICOM files are dropped on Send.</source><translation>Eine Spalte von Auftragsnummern, Patienten-IDs oder UIDs. DICOM-Dateien gehören nach Senden.</translation></message>
</context>
<context>
    <name>LogAccess</name>
    <message><source>{folder} cannot be written: {reason}. The log is kept until the window closes.</source><translation>In {folder} kann nicht geschrieben werden: {reason}. Das Protokoll bleibt, bis das Fenster geschlossen wird.</translation></message>
    <message><source>The log is not kept</source><translation>Das Protokoll wird nicht aufbewahrt</translation></message>
</context>
<context>
    <name>LogPane</name>
    <message><source>Everything</source><translation>Alles</translation></message>
    <message><source>Information</source><translation>Informationen</translation></message>
    <message><source>Warnings</source><translation>Warnungen</translation></message>
    <message><source>Errors</source><translation>Fehler</translation></message>
    <message><source>Least level of the lines</source><translation>Mindeststufe der Zeilen</translation></message>
    <message><source>Search the log</source><translation>Im Protokoll suchen</translation></message>
    <message><source>Log</source><translation>Protokoll</translation></message>
    <message><source>Copy</source><translation>Kopieren</translation></message>
    <message><source>Save…</source><translation>Speichern…</translation></message>
    <message><source>Close the log</source><translation>Protokoll schließen</translation></message>
    <message><source>Save the log as</source><translation>Protokoll speichern unter</translation></message>
</context>
<context>
    <name>LookDialog</name>
    <message><source>One image of {title}</source><translation>Ein Bild von {title}</translation></message>
    <message><source>&amp;Retrieve</source><translation>Abrufen</translation></message>
    <message><source>Close</source><translation>Schließen</translation></message>
    <message><source>Fetching one image from {peer}…</source><translation>Ein Bild wird von {peer} geholt…</translation></message>
    <message><source>The image came, but cannot be shown: {reason}</source><translation>Das Bild ist da, kann aber nicht gezeigt werden: {reason}</translation></message>
    <message><source>{peer} tells of no images below it: query again, it may have been removed.</source><translation>{peer} nennt keine Bilder darunter: fragen Sie noch einmal, es wurde vielleicht entfernt.</translation></message>
    <message><source>{columns} by {rows} pixels</source><translation>{columns} mal {rows} Pixel</translation></message>
    <message><source>frame {frame} of {frames}</source><translation>Bild {frame} von {frames}</translation></message>
    <message><source>one of {count} or more</source><translation>eines von {count} oder mehr</translation></message>
    <message><source>image {place} of {count}</source><translation>Bild {place} von {count}</translation></message>
    <message><source>small, not for diagnosis</source><translation>klein, nicht zur Diagnose</translation></message>
</context>
<context>
    <name>MainWindow</name>
    <message><source>Instances are being sent.</source><translation>Instanzen werden gesendet.</translation></message>
    <message><source>Instances are being retrieved.</source><translation>Instanzen werden abgerufen.</translation></message>
    <message><source>Somebody is sending to this machine.</source><translation>Jemand sendet an diesen Rechner.</translation></message>
    <message><source>dicomdesk is closing…</source><translation>dicomdesk wird beendet…</translation></message>
    <message><source>The engine does not answer</source><translation>Der Dienst im Hintergrund antwortet nicht</translation></message>
    <message><source>&amp;Begin it anew</source><translation>Neu beginnen</translation></message>
    <message><source>&amp;Wait</source><translation>Warten</translation></message>
    <message><source>That did not work</source><translation>Das ging nicht</translation></message>
</context>
<context>
    <name>ModalityChips</name>
    <message><source>Other modalities</source><translation>Andere Modalitäten</translation></message>
    <message><source>other</source><translation>andere</translation></message>
    <message><source>Modality {code}</source><translation>Modalität {code}</translation></message>
</context>
<context>
    <name>NameDialog</name>
    <message><source>Save this query</source><translation>Diese Anfrage speichern</translation></message>
    <message><source>Name of the query</source><translation>Name der Anfrage</translation></message>
    <message><source>What the form says is kept with the peers that are chosen. Dates stay relative.</source><translation>Was das Formular sagt, wird mit den gewählten Gegenstellen aufbewahrt. Daten bleiben relativ.</translation></message>
    <message><source>A name is needed, to find the query by.</source><translation>Ein Name wird gebraucht, um die Anfrage wiederzufinden.</translation></message>
</context>
<context>
    <name>NegotiationPanel</name>
    <message><source>Presentation contexts</source><translation>Präsentationskontexte</translation></message>
    <message><source>Messages</source><translation>Nachrichten</translation></message>
    <message><source>Security and options</source><translation>Sicherheit und Optionen</translation></message>
    <message><source>Nothing was proposed, or it did not come to that.</source><translation>Es wurde nichts vorgeschlagen, oder dazu kam es nicht.</translation></message>
    <message><source>Nothing was said on this association so far.</source><translation>Auf dieser Verbindung wurde bis jetzt nichts gesagt.</translation></message>
    <message><source>A connection from {place}: no association was asked for</source><translation>Ein Anschluss von {place}: keine Verbindung wurde verlangt</translation></message>
    <message><source>{names}: negotiating</source><translation>{names}: wird ausgehandelt</translation></message>
    <message><source>{names}: no association</source><translation>{names}: keine Verbindung</translation></message>
    <message><source>{accepted} of {proposed} presentation contexts accepted</source><translation>{accepted} von {proposed} Präsentationskontexten angenommen</translation></message>
    <message><source>{names}: aborted, {accepted}</source><translation>{names}: abgebrochen, {accepted}</translation></message>
    <message><source>One more was refused.</source><translation>Eine weitere wurde abgelehnt.</translation></message>
    <message><source>{count} more were refused.</source><translation>{count} weitere wurden abgelehnt.</translation></message>
    <message><source>The peer's certificate: valid until {date}.</source><translation>Das Zertifikat der Gegenstelle: gültig bis {date}.</translation></message>
    <message><source>Direction</source><translation>Richtung</translation></message>
    <message><source>Calling</source><translation>Rufend</translation></message>
    <message><source>Called</source><translation>Gerufen</translation></message>
    <message><source>unlimited</source><translation>unbegrenzt</translation></message>
    <message><source>Peer</source><translation>Gegenstelle</translation></message>
    <message><source>Peer's software</source><translation>Programm der Gegenstelle</translation></message>
    <message><source>Largest PDU, theirs / ours</source><translation>Größte PDU, ihre / unsere</translation></message>
    <message><source>User</source><translation>Benutzer</translation></message>
    <message><source>Security</source><translation>Sicherheit</translation></message>
    <message><source>none</source><translation>keine</translation></message>
    <message><source>Lasted</source><translation>Dauer</translation></message>
</context>
<context>
    <name>OutboxAccess</name>
    <message><source>The window is closing.</source><translation>Das Fenster wird geschlossen.</translation></message>
    <message><source>{reason}, again and again. Begin the program anew to send.</source><translation>{reason}, immer wieder. Starten Sie das Programm neu, um zu senden.</translation></message>
    <message><source>{reason}. What was queued is lost, as it was not kept.</source><translation>{reason}. Was wartete, ist verloren, weil es nicht aufbewahrt wurde.</translation></message>
</context>
<context>
    <name>OutlineView</name>
    <message><source>Nothing fits what is searched for.</source><translation>Nichts passt zu dem, was gesucht wird.</translation></message>
</context>
<context>
    <name>PathField</name>
    <message><source>Choose: {what}</source><translation>Wählen: {what}</translation></message>
</context>
<context>
    <name>PeerActions</name>
    <message><source>Removed {name}</source><translation>{name} entfernt</translation></message>
    <message><source>Removed {count} peers</source><translation>{count} Gegenstellen entfernt</translation></message>
    <message><source>&amp;Undo</source><translation>Rückgängig</translation></message>
    <message><source>Pass phrases and passcodes that are in the keyring stay there.</source><translation>Passphrasen und Kennwörter im Schlüsselbund bleiben dort.</translation></message>
    <message><source>Forget the secrets</source><translation>Geheimnisse vergessen</translation></message>
    <message><source>The address book stays as it was</source><translation>Das Adressbuch blieb, wie es war</translation></message>
    <message><source>Their secrets are forgotten, in the keyring too</source><translation>Ihre Geheimnisse sind vergessen, auch im Schlüsselbund</translation></message>
    <message><source>{count} peer is back</source><translation>{count} Gegenstelle ist wieder da</translation></message>
    <message><source>{count} peers are back</source><translation>{count} Gegenstellen sind wieder da</translation></message>
    <message><source>The security settings cannot be used</source><translation>Die Sicherheitseinstellungen können nicht verwendet werden</translation></message>
    <message><source>Rename group {group}</source><translation>Gruppe {group} umbenennen</translation></message>
    <message><source>Move to a new group</source><translation>In eine neue Gruppe</translation></message>
    <message><source>Import peers</source><translation>Gegenstellen importieren</translation></message>
    <message><source>That cannot be imported</source><translation>Das kann nicht importiert werden</translation></message>
    <message><source>{file}, read as {format}</source><translation>{file}, gelesen als {format}</translation></message>
    <message><source>{added} added, {changed} changed, {left} left out</source><translation>{added} hinzugefügt, {changed} geändert, {left} ausgelassen</translation></message>
    <message><source>Export peers</source><translation>Gegenstellen exportieren</translation></message>
    <message><source>The file cannot be written</source><translation>Die Datei kann nicht geschrieben werden</translation></message>
    <message><source>{count} peer exported</source><translation>{count} Gegenstelle exportiert</translation></message>
    <message><source>{count} peers exported</source><translation>{count} Gegenstellen exportiert</translation></message>
    <message><source>To {file}.</source><translation>Nach {file}.</translation></message>
</context>
<context>
    <name>PeerChoice</name>
    <message><source>Choose from the address book</source><translation>Aus dem Adressbuch wählen</translation></message>
    <message><source>Choose peers</source><translation>Gegenstellen wählen</translation></message>
    <message><source>Choose a peer</source><translation>Eine Gegenstelle wählen</translation></message>
    <message><source>{count} more</source><translation>{count} weitere</translation></message>
    <message><source>{first} and {rest}</source><translation>{first} und {rest}</translation></message>
</context>
<context>
    <name>PeerDialog</name>
    <message><source>Peer</source><translation>Gegenstelle</translation></message>
    <message><source>Encryption</source><translation>Verschlüsselung</translation></message>
    <message><source>User identity</source><translation>Benutzeridentität</translation></message>
    <message><source>Query and retrieve</source><translation>Suchen und Abrufen</translation></message>
    <message><source>Limits</source><translation>Grenzen</translation></message>
    <message><source>Notes</source><translation>Notizen</translation></message>
    <message><source>Name of the peer</source><translation>Name der Gegenstelle</translation></message>
    <message><source>what you call it</source><translation>wie Sie sie nennen</translation></message>
    <message><source>Group of the peer</source><translation>Gruppe der Gegenstelle</translation></message>
    <message><source>none</source><translation>keine</translation></message>
    <message><source>AE title of the peer</source><translation>AE-Titel der Gegenstelle</translation></message>
    <message><source>AE title</source><translation>AE-Titel</translation></message>
    <message><source>Host of the peer</source><translation>Rechner der Gegenstelle</translation></message>
    <message><source>host or address</source><translation>Name oder Adresse</translation></message>
    <message><source>Port of the peer</source><translation>Port der Gegenstelle</translation></message>
    <message><source>Our own AE title there</source><translation>Unser eigener AE-Titel dort</translation></message>
    <message><source>as entered where it is used</source><translation>wie dort eingetragen, wo sie verwendet wird</translation></message>
    <message><source>Notes on the peer</source><translation>Notizen zur Gegenstelle</translation></message>
    <message><source>Name</source><translation>Name</translation></message>
    <message><source>Group</source><translation>Gruppe</translation></message>
    <message><source>Host and port</source><translation>Rechner und Port</translation></message>
    <message><source>Own AE title</source><translation>Eigener AE-Titel</translation></message>
    <message><source>&amp;Test</source><translation>Test</translation></message>
    <message><source>Check the connection with these settings</source><translation>Die Verbindung mit diesen Einstellungen prüfen</translation></message>
    <message><source>Another peer has this name.</source><translation>Eine andere Gegenstelle heißt schon so.</translation></message>
</context>
<context>
    <name>PeerEntry</name>
    <message><source>AE title of the peer</source><translation>AE-Titel der Gegenstelle</translation></message>
    <message><source>AE title</source><translation>AE-Titel</translation></message>
    <message><source>Host of the peer</source><translation>Rechner der Gegenstelle</translation></message>
    <message><source>host or address</source><translation>Name oder Adresse</translation></message>
    <message><source>Port of the peer</source><translation>Port der Gegenstelle</translation></message>
    <message><source>port</source><translation>Port</translation></message>
    <message><source>Our own AE title</source><translation>Unser eigener AE-Titel</translation></message>
    <message><source>own AE title</source><translation>eigener AE-Titel</translation></message>
    <message><source>To</source><translation>An</translation></message>
    <message><source>at</source><translation>auf</translation></message>
    <message><source>a&amp;s</source><translation>als</translation></message>
</context>
<context>
    <name>PeerPopup</name>
    <message><source>Choose from the address book</source><translation>Aus dem Adressbuch wählen</translation></message>
    <message><source>Type to find a peer</source><translation>Schreiben, um eine Gegenstelle zu finden</translation></message>
    <message><source>Peers</source><translation>Gegenstellen</translation></message>
    <message><source>No peer fits.</source><translation>Keine Gegenstelle passt.</translation></message>
    <message><source>The address book is empty.</source><translation>Das Adressbuch ist leer.</translation></message>
    <message><source>Address &amp;book</source><translation>Adressbuch</translation></message>
    <message><source>See and edit all peers</source><translation>Alle Gegenstellen sehen und bearbeiten</translation></message>
    <message><source>Done</source><translation>Erledigt</translation></message>
    <message><source>Choose {count}</source><translation>{count} wählen</translation></message>
</context>
<context>
    <name>PeerQuestions</name>
    <message><source>Asking {peer}…</source><translation>{peer} wird gefragt…</translation></message>
</context>
<context>
    <name>PeerSetup</name>
    <message><source>Peer and its security</source><translation>Gegenstelle und ihre Sicherheit</translation></message>
    <message><source>Not encrypted.</source><translation>Nicht verschlüsselt.</translation></message>
    <message><source>Encrypted: {profile}.</source><translation>Verschlüsselt: {profile}.</translation></message>
    <message><source>As user {user}.</source><translation>Als Benutzer {user}.</translation></message>
    <message><source>Peer and its security (Ctrl+K)</source><translation>Gegenstelle und ihre Sicherheit (Strg+K)</translation></message>
</context>
<context>
    <name>PeersPane</name>
    <message><source>Something is wrong with the file of the address book</source><translation>Mit der Datei des Adressbuchs stimmt etwas nicht</translation></message>
    <message><source>Address book</source><translation>Adressbuch</translation></message>
    <message><source>All</source><translation>Alle</translation></message>
    <message><source>In order</source><translation>In Ordnung</translation></message>
    <message><source>Problems</source><translation>Probleme</translation></message>
    <message><source>Never checked</source><translation>Nie geprüft</translation></message>
    <message><source>Search name, AE title, host, notes</source><translation>Name, AE-Titel, Rechner, Notizen suchen</translation></message>
    <message><source>&amp;Add…</source><translation>Hinzufügen…</translation></message>
    <message><source>Add a peer (Ctrl+N)</source><translation>Eine Gegenstelle hinzufügen (Strg+N)</translation></message>
    <message><source>Check a&amp;ll</source><translation>Alle prüfen</translation></message>
    <message><source>Ask each peer for an echo (Ctrl+Shift+T)</source><translation>Jede Gegenstelle um ein Echo bitten (Strg+Umschalt+T)</translation></message>
    <message><source>More</source><translation>Mehr</translation></message>
    <message><source>No peers yet</source><translation>Noch keine Gegenstellen</translation></message>
    <message><source>Each archive, scanner or workstation has its address, its security and its wishes here, under a name. Drop a dcmqrscp.cfg, an orthanc.json, a node list of Weasis or a table to begin with.</source><translation>Jedes Archiv, jedes Gerät, jede Workstation hat hier unter einem Namen Adresse, Sicherheit und Wünsche. Ziehen Sie eine dcmqrscp.cfg, eine orthanc.json, eine Knotenliste von Weasis oder eine Tabelle hierher, um zu beginnen.</translation></message>
    <message><source>Add a peer…</source><translation>Eine Gegenstelle hinzufügen…</translation></message>
    <message><source>Import…</source><translation>Importieren…</translation></message>
    <message><source>&amp;Import…</source><translation>Importieren…</translation></message>
    <message><source>&amp;Export</source><translation>Exportieren</translation></message>
    <message><source>&amp;Check what is selected</source><translation>Ausgewähltes prüfen</translation></message>
    <message><source>Stop checking</source><translation>Prüfen anhalten</translation></message>
    <message><source>Fold all groups</source><translation>Alle Gruppen zuklappen</translation></message>
    <message><source>Open all groups</source><translation>Alle Gruppen öffnen</translation></message>
    <message><source>&amp;Add a peer…</source><translation>Eine Gegenstelle hinzufügen…</translation></message>
    <message><source>&amp;Duplicate…</source><translation>Duplizieren…</translation></message>
    <message><source>Check a&amp;ll peers</source><translation>Alle Gegenstellen prüfen</translation></message>
    <message><source>Check what is selected, or all</source><translation>Ausgewählte prüfen, oder alle</translation></message>
    <message><source>&amp;Find in the address book</source><translation>Im Adressbuch suchen</translation></message>
    <message><source>Check of {name}</source><translation>Prüfung von {name}</translation></message>
    <message><source>as {own}</source><translation>als {own}</translation></message>
    <message><source>Checked {at}: {text}</source><translation>Geprüft {at}: {text}</translation></message>
    <message><source>Chec&amp;k</source><translation>Prüfen</translation></message>
    <message><source>Step b&amp;y step</source><translation>Schritt für Schritt</translation></message>
    <message><source>Edit…</source><translation>Bearbeiten…</translation></message>
    <message><source>Remove</source><translation>Entfernen</translation></message>
    <message><source>{count} peer selected</source><translation>{count} Gegenstelle ausgewählt</translation></message>
    <message><source>{count} peers selected</source><translation>{count} Gegenstellen ausgewählt</translation></message>
    <message><source>The address book is empty</source><translation>Das Adressbuch ist leer</translation></message>
    <message><source>{count} peer</source><translation>{count} Gegenstelle</translation></message>
    <message><source>{count} peers</source><translation>{count} Gegenstellen</translation></message>
    <message><source>Every view chooses from them. Drag a row, or press Alt and an arrow key, to put them in order.</source><translation>Jede Ansicht wählt daraus. Ziehen Sie eine Zeile, oder drücken Sie Alt mit einer Pfeiltaste, um sie zu ordnen.</translation></message>
    <message><source>Checking: {count} peer left</source><translation>Prüft: noch {count} Gegenstelle</translation></message>
    <message><source>Checking: {count} peers left</source><translation>Prüft: noch {count} Gegenstellen</translation></message>
    <message><source>Stop</source><translation>Anhalten</translation></message>
    <message><source>{good} in order, {others} with problems.</source><translation>{good} in Ordnung, {others} mit Problemen.</translation></message>
    <message><source>Checking was stopped</source><translation>Das Prüfen wurde angehalten</translation></message>
    <message><source>All checked</source><translation>Alle geprüft</translation></message>
    <message><source>Show problems</source><translation>Probleme zeigen</translation></message>
    <message><source>Rename group…</source><translation>Gruppe umbenennen…</translation></message>
    <message><source>Check step by step…</source><translation>Schritt für Schritt prüfen…</translation></message>
    <message><source>Duplicate</source><translation>Duplizieren</translation></message>
    <message><source>Check</source><translation>Prüfen</translation></message>
    <message><source>Move to group</source><translation>In die Gruppe</translation></message>
    <message><source>(none)</source><translation>(keine)</translation></message>
    <message><source>New group…</source><translation>Neue Gruppe…</translation></message>
    <message><source>Add…</source><translation>Hinzufügen…</translation></message>
</context>
<context>
    <name>PlanDialog</name>
    <message><source>What would change</source><translation>Was sich ändern würde</translation></message>
    <message><source>&amp;Show what would change</source><translation>Zeigen, was sich ändern würde</translation></message>
    <message><source>Carry it out</source><translation>Ausführen</translation></message>
    <message><source>Leave it as it is</source><translation>Lassen, wie es ist</translation></message>
    <message><source>Reading…</source><translation>Liest…</translation></message>
    <message><source>… and {count} line more</source><translation>… und {count} weitere Zeile</translation></message>
    <message><source>… and {count} lines more</source><translation>… und {count} weitere Zeilen</translation></message>
    <message><source>Change what is wrong above, then have shown what would change: nothing is changed by that.</source><translation>Ändern Sie, was oben falsch ist, und lassen Sie dann zeigen, was sich ändern würde: dadurch wird nichts geändert.</translation></message>
</context>
<context>
    <name>PreflightPanel</name>
    <message><source>How everything would go</source><translation>Wie alles ginge</translation></message>
    <message><source>Allow decompression</source><translation>Entpacken erlauben</translation></message>
    <message><source>Let lossy images be decompressed, and check again</source><translation>Verlustbehaftete Bilder entpacken lassen und noch einmal prüfen</translation></message>
    <message><source>Check again</source><translation>Noch einmal prüfen</translation></message>
    <message><source>Stop</source><translation>Anhalten</translation></message>
    <message><source>Copy all as text</source><translation>Alles als Text kopieren</translation></message>
    <message><source>Close (Escape)</source><translation>Schließen (Esc)</translation></message>
</context>
<context>
    <name>ProblemList</name>
    <message><source>Problems</source><translation>Probleme</translation></message>
    <message><source>Time</source><translation>Zeit</translation></message>
    <message><source>View</source><translation>Ansicht</translation></message>
    <message><source>What</source><translation>Was</translation></message>
    <message><source>Why</source><translation>Warum</translation></message>
    <message><source>&amp;Show the row</source><translation>Zeile zeigen</translation></message>
    <message><source>&amp;Dismiss</source><translation>Verwerfen</translation></message>
    <message><source>Dismiss &amp;all</source><translation>Alle verwerfen</translation></message>
    <message><source>No problems</source><translation>Keine Probleme</translation></message>
    <message><source>Whatever needs you is listed here until it is mended.</source><translation>Was Sie braucht, steht hier, bis es behoben ist.</translation></message>
    <message><source>Program</source><translation>Programm</translation></message>
    <message><source>{count} problem</source><translation>{count} Problem</translation></message>
    <message><source>{count} problems</source><translation>{count} Probleme</translation></message>
    <message><source>{count} problems selected</source><translation>{count} Probleme ausgewählt</translation></message>
    <message><source>Select a problem to read all of it; Return leads to its row</source><translation>Wählen Sie ein Problem, um alles zu lesen; Eingabe führt zu seiner Zeile</translation></message>
</context>
<context>
    <name>ProfileDialog</name>
    <message><source>Acceptance profile</source><translation>Annahmeprofil</translation></message>
    <message><source>Profile file</source><translation>Profildatei</translation></message>
    <message><source>storescp.cfg</source><translation>storescp.cfg</translation></message>
    <message><source>Name of the profile</source><translation>Name des Profils</translation></message>
    <message><source>Default</source><translation>Default</translation></message>
    <message><source>Choose…</source><translation>Wählen…</translation></message>
    <message><source>File</source><translation>Datei</translation></message>
    <message><source>Profile</source><translation>Profil</translation></message>
    <message><source>This is needed.</source><translation>Das wird gebraucht.</translation></message>
</context>
<context>
    <name>QueryActions</name>
    <message><source>The peer has named no patient: neither ID nor name</source><translation>Die Gegenstelle hat keinen Patienten genannt: weder ID noch Name</translation></message>
    <message><source>Copied: it asks the same in a terminal</source><translation>Kopiert: in einem Terminal fragt es dasselbe</translation></message>
    <message><source>There is nothing yet: press Query first</source><translation>Noch ist nichts da: drücken Sie zuerst Suchen</translation></message>
    <message><source>Save results</source><translation>Ergebnisse speichern</translation></message>
    <message><source>The results could not be written</source><translation>Die Ergebnisse konnten nicht geschrieben werden</translation></message>
    <message><source>{count} result written</source><translation>{count} Ergebnis geschrieben</translation></message>
    <message><source>{count} results written</source><translation>{count} Ergebnisse geschrieben</translation></message>
    <message><source>That cannot be asked</source><translation>Das kann nicht gefragt werden</translation></message>
    <message><source>{count} new at {at}</source><translation>{count} neu um {at}</translation></message>
    <message><source>Nothing new at {at}</source><translation>Nichts Neues um {at}</translation></message>
</context>
<context>
    <name>QueryFlow</name>
    <message><source>Asking {peers}…</source><translation>{peers} werden gefragt…</translation></message>
    <message><source>It was stopped before it was asked.</source><translation>Angehalten, bevor gefragt wurde.</translation></message>
    <message><source>Stopped before everything had come</source><translation>Angehalten, bevor alles da war</translation></message>
    <message><source>Nothing is below it at {peer}</source><translation>Darunter ist bei {peer} nichts</translation></message>
</context>
<context>
    <name>QueryFormPart</name>
    <message><source>Patient name</source><translation>Patientenname</translation></message>
    <message><source>Doe^J, or *jane*</source><translation>Doe^J oder *jane*</translation></message>
    <message><source>Patient ID</source><translation>Patienten-ID</translation></message>
    <message><source>Birth date</source><translation>Geburtsdatum</translation></message>
    <message><source>1950-12-31</source><translation>1950-12-31</translation></message>
    <message><source>Accession number</source><translation>Auftragsnummer</translation></message>
    <message><source>From date</source><translation>Ab Datum</translation></message>
    <message><source>from</source><translation>von</translation></message>
    <message><source>To date</source><translation>Bis Datum</translation></message>
    <message><source>to</source><translation>bis</translation></message>
    <message><source>Study description</source><translation>Beschreibung der Studie</translation></message>
    <message><source>any part of it</source><translation>irgendein Teil davon</translation></message>
    <message><source>Any other keys</source><translation>Irgendwelche anderen Schlüssel</translation></message>
    <message><source>StationName=CT1; (0010,0040)=F</source><translation>StationName=CT1; (0010,0040)=F</translation></message>
    <message><source>Studies</source><translation>Studien</translation></message>
    <message><source>Patients, then studies</source><translation>Patienten, dann Studien</translation></message>
    <message><source>Patient/study only</source><translation>Nur Patient/Studie</translation></message>
    <message><source>Information model</source><translation>Informationsmodell</translation></message>
    <message><source>Study Root, Patient Root, Patient/Study Only, or Modality Worklist, which has scheduled steps</source><translation>Study Root, Patient Root, Patient/Study Only oder Modality Worklist, die geplante Schritte hat</translation></message>
    <message><source>&amp;Name</source><translation>Name</translation></message>
    <message><source>&amp;ID</source><translation>ID</translation></message>
    <message><source>&amp;Born</source><translation>Geboren</translation></message>
    <message><source>&amp;Accession</source><translation>Auftragsnummer</translation></message>
    <message><source>&amp;Description</source><translation>Beschreibung</translation></message>
    <message><source>&amp;Keys</source><translation>Schlüssel</translation></message>
    <message><source>Sho&amp;w</source><translation>Zeigt</translation></message>
    <message><source>&amp;More ({count})</source><translation>Mehr ({count})</translation></message>
    <message><source>&amp;More</source><translation>Mehr</translation></message>
    <message><source>Description, any other key, and the information model</source><translation>Beschreibung, andere Schlüssel und das Informationsmodell</translation></message>
</context>
<context>
    <name>QueryHeader</name>
    <message><source>Recent and saved queries (Ctrl+J)</source><translation>Letzte und gespeicherte Anfragen (Strg+J)</translation></message>
    <message><source>More</source><translation>Mehr</translation></message>
    <message><source>End the associations without waiting for the peers (Escape)</source><translation>Die Verbindungen beenden, ohne auf die Gegenstellen zu warten (Esc)</translation></message>
    <message><source>Stop now</source><translation>Sofort anhalten</translation></message>
    <message><source>Ask the peers to stop; what has come stays (Escape)</source><translation>Die Gegenstellen bitten, aufzuhören; was da ist, bleibt (Esc)</translation></message>
    <message><source>Stop</source><translation>Anhalten</translation></message>
    <message><source>Query</source><translation>Suchen</translation></message>
    <message><source>Ask the peers (Ctrl+Return)</source><translation>Die Gegenstellen fragen (Strg+Eingabe)</translation></message>
</context>
<context>
    <name>QueryPane</name>
    <message><source>Search in what was found</source><translation>Im Gefundenen suchen</translation></message>
    <message><source>Results</source><translation>Ergebnisse</translation></message>
    <message><source>Work through a &amp;list…</source><translation>Eine Liste abarbeiten…</translation></message>
    <message><source>&amp;Query</source><translation>Suchen</translation></message>
    <message><source>&amp;Stop asking</source><translation>Fragen anhalten</translation></message>
    <message><source>&amp;Retrieve what is selected</source><translation>Ausgewähltes abrufen</translation></message>
    <message><source>Recent and &amp;saved queries…</source><translation>Letzte und gespeicherte Anfragen…</translation></message>
    <message><source>&amp;Find in the results</source><translation>In den Ergebnissen suchen</translation></message>
    <message><source>Everything</source><translation>Alles</translation></message>
    <message><source>&amp;Retrieve</source><translation>Abrufen</translation></message>
    <message><source>&amp;Look at one image</source><translation>Ein Bild ansehen</translation></message>
    <message><source>All studies of this &amp;patient</source><translation>Alle Studien dieses Patienten</translation></message>
    <message><source>Copy &amp;UIDs</source><translation>UIDs kopieren</translation></message>
    <message><source>Copy re&amp;trieve as command</source><translation>Abruf als Befehl kopieren</translation></message>
    <message><source>{words} here</source><translation>{words} hier</translation></message>
    <message><source>{found}, {hidden} hidden by the search</source><translation>{found}, {hidden} durch die Suche verborgen</translation></message>
    <message><source>{found} so far</source><translation>bisher {found}</translation></message>
    <message><source>{found}, listed as you scroll</source><translation>{found}, aufgelistet beim Blättern</translation></message>
    <message><source>Ask what a peer has</source><translation>Fragen Sie, was eine Gegenstelle hat</translation></message>
    <message><source>Fill in what you know, or nothing at all, and press Query. The beginning of a name is enough.</source><translation>Füllen Sie aus, was Sie wissen, oder gar nichts, und drücken Sie Suchen. Der Anfang eines Namens genügt.</translation></message>
    <message><source>No results</source><translation>Keine Ergebnisse</translation></message>
    <message><source>See below why, and what can be done.</source><translation>Unten steht, warum, und was man tun kann.</translation></message>
</context>
<context>
    <name>ReadingForm</name>
    <message><source>The first line is a header</source><translation>Die erste Zeile ist eine Überschrift</translation></message>
    <message><source>Digits that numbers are filled up to with zeros</source><translation>Ziffern, auf die Nummern mit Nullen aufgefüllt werden</translation></message>
    <message><source>digits</source><translation>Ziffern</translation></message>
    <message><source>Column</source><translation>Spalte</translation></message>
    <message><source>What it holds</source><translation>Was sie enthält</translation></message>
    <message><source>Whether the first line names the columns and is no line of the list</source><translation>Ob die erste Zeile die Spalten nennt und keine Zeile der Liste ist</translation></message>
    <message><source>&amp;Column</source><translation>Spalte</translation></message>
    <message><source>&amp;holds</source><translation>enthält</translation></message>
    <message><source>&amp;Zeros up to</source><translation>Nullen bis</translation></message>
    <message><source>A number of digits is 1 to {most}.</source><translation>Eine Zahl von Ziffern ist 1 bis {most}.</translation></message>
</context>
<context>
    <name>ReceivePane</name>
    <message><source>Our own AE title</source><translation>Unser eigener AE-Titel</translation></message>
    <message><source>Port to listen on</source><translation>Port, auf dem gelauscht wird</translation></message>
    <message><source>Folder for what is received</source><translation>Ordner für Empfangenes</translation></message>
    <message><source>folder</source><translation>Ordner</translation></message>
    <message><source>Everything</source><translation>Alles</translation></message>
    <message><source>Echo only</source><translation>Nur Echo</translation></message>
    <message><source>Profile…</source><translation>Profil…</translation></message>
    <message><source>Choose the &amp;folder…</source><translation>Den Ordner wählen…</translation></message>
    <message><source>Receive into the &amp;archive</source><translation>Ins Archiv empfangen</translation></message>
    <message><source>Where what is received goes</source><translation>Wohin Empfangenes geht</translation></message>
    <message><source>Settings</source><translation>Einstellungen</translation></message>
    <message><source>Listen &amp;as</source><translation>Lauscht als</translation></message>
    <message><source>&amp;port</source><translation>Port</translation></message>
    <message><source>&amp;into</source><translation>in</translation></message>
    <message><source>What is accepted</source><translation>Was angenommen wird</translation></message>
    <message><source>ta&amp;ke</source><translation>nimmt</translation></message>
    <message><source>&amp;Start listening</source><translation>Lauschen beginnen</translation></message>
    <message><source>&amp;Start or stop listening</source><translation>Lauschen beginnen oder beenden</translation></message>
    <message><source>Settings of the &amp;listener…</source><translation>Einstellungen des Empfangs…</translation></message>
    <message><source>&amp;Choose the folder…</source><translation>Ordner wählen…</translation></message>
    <message><source>&amp;Open the folder</source><translation>Ordner öffnen</translation></message>
    <message><source>Clear &amp;finished</source><translation>Fertige entfernen</translation></message>
    <message><source>Copy what the other side has to &amp;enter</source><translation>Kopieren, was die Gegenstelle eintragen muss</translation></message>
    <message><source>See &amp;again how much room is left</source><translation>Nachsehen, wie viel Platz noch ist</translation></message>
    <message><source>F&amp;ind in the list</source><translation>In der Liste suchen</translation></message>
    <message><source>Listen for associations (Ctrl+Return)</source><translation>Auf Verbindungen lauschen (Strg+Eingabe)</translation></message>
    <message><source>Start</source><translation>Start</translation></message>
    <message><source>Stop now</source><translation>Sofort anhalten</translation></message>
    <message><source>Abort all associations</source><translation>Alle Verbindungen abbrechen</translation></message>
    <message><source>Take no more associations, let open ones end (Ctrl+Return)</source><translation>Keine Verbindungen mehr annehmen, offene zu Ende führen (Strg+Eingabe)</translation></message>
    <message><source>Stop</source><translation>Anhalten</translation></message>
    <message><source>Waiting for the first study</source><translation>Es wird auf die erste Studie gewartet</translation></message>
    <message><source>What arrives is shown here while it arrives.</source><translation>Was eintrifft, erscheint hier, während es eintrifft.</translation></message>
    <message><source>Receive studies from modalities and PACS</source><translation>Studien von Geräten und PACS empfangen</translation></message>
    <message><source>Start listening, then let the other side send to this AE title and port.</source><translation>Beginnen Sie zu lauschen und lassen Sie die Gegenstelle an diesen AE-Titel und Port senden.</translation></message>
    <message><source>Copy for the other side</source><translation>Für die Gegenstelle kopieren</translation></message>
    <message><source>Security…</source><translation>Sicherheit…</translation></message>
    <message><source>Show associations</source><translation>Verbindungen zeigen</translation></message>
    <message><source>Settings of the listener: encryption, who may send, names of files (Ctrl+K)</source><translation>Einstellungen des Empfangs: Verschlüsselung, wer senden darf, Dateinamen (Strg+K)</translation></message>
    <message><source>Settings of the listener</source><translation>Einstellungen des Empfangs</translation></message>
    <message><source>It was to listen with the program.</source><translation>Es sollte mit dem Programm gelauscht werden.</translation></message>
</context>
<context>
    <name>ReceivedList</name>
    <message><source>Received studies</source><translation>Empfangene Studien</translation></message>
    <message><source>All</source><translation>Alle</translation></message>
    <message><source>Arriving</source><translation>Treffen ein</translation></message>
    <message><source>Received</source><translation>Empfangen</translation></message>
    <message><source>With problems</source><translation>Mit Problemen</translation></message>
    <message><source>Search patient, study, UID</source><translation>Patient, Studie, UID suchen</translation></message>
</context>
<context>
    <name>Removal</name>
    <message><source>Take {count} study off the list?</source><translation>{count} Studie aus der Liste nehmen?</translation></message>
    <message><source>Take {count} studies off the list?</source><translation>{count} Studien aus der Liste nehmen?</translation></message>
    <message><source>{count} of them has not been sent completely. The files themselves stay where they are.</source><translation>{count} davon ist nicht vollständig gesendet. Die Dateien bleiben, wo sie sind.</translation></message>
    <message><source>{count} of them have not been sent completely. The files themselves stay where they are.</source><translation>{count} davon sind nicht vollständig gesendet. Die Dateien bleiben, wo sie sind.</translation></message>
    <message><source>&amp;Take off</source><translation>Entfernen</translation></message>
</context>
<context>
    <name>ReportDialog</name>
    <message><source>Report on the transfer</source><translation>Bericht über die Übertragung</translation></message>
    <message><source>Report</source><translation>Bericht</translation></message>
    <message><source>Report on what went to</source><translation>Bericht über das, was ging an</translation></message>
    <message><source>&amp;Save as…</source><translation>Speichern als…</translation></message>
    <message><source>As a page (.html), text (.txt), table (.csv) or JSON (.json, .jsonl), by the end of the name</source><translation>Als Seite (.html), Text (.txt), Tabelle (.csv) oder JSON (.json, .jsonl), je nach Ende des Namens</translation></message>
    <message><source>&amp;Copy</source><translation>Kopieren</translation></message>
    <message><source>Copy the whole report as text</source><translation>Den ganzen Bericht als Text kopieren</translation></message>
    <message><source>&amp;Print…</source><translation>Drucken…</translation></message>
    <message><source>{peer}: {stored} of {total} stored</source><translation>{peer}: {stored} von {total} gespeichert</translation></message>
    <message><source>Save the report</source><translation>Bericht speichern</translation></message>
</context>
<context>
    <name>RetrieveBar</name>
    <message><source>here, into</source><translation>hierher, nach</translation></message>
    <message><source>to a peer</source><translation>an eine Gegenstelle</translation></message>
    <message><source>To where</source><translation>Wohin</translation></message>
    <message><source>Folder that instances come to</source><translation>Ordner, in den Instanzen kommen</translation></message>
    <message><source>folder</source><translation>Ordner</translation></message>
    <message><source>AE title that the peer knows</source><translation>AE-Titel, den die Gegenstelle kennt</translation></message>
    <message><source>AE title, as the source knows it</source><translation>AE-Titel, wie die Quelle ihn kennt</translation></message>
    <message><source>Fetch again what lies there already</source><translation>Noch einmal holen, was schon da ist</translation></message>
    <message><source>Folder, and what counts as here</source><translation>Ordner, und was als vorhanden zählt</translation></message>
    <message><source>automatic</source><translation>von selbst</translation></message>
    <message><source>Method</source><translation>Verfahren</translation></message>
    <message><source>&amp;Retrieve</source><translation>Abrufen</translation></message>
    <message><source>Retrieve what is selected (Ctrl+R)</source><translation>Ausgewähltes abrufen (Strg+R)</translation></message>
    <message><source>Retrieves</source><translation>Abrufe</translation></message>
    <message><source>Take finished retrieves off the list</source><translation>Beendete Abrufe aus der Liste nehmen</translation></message>
    <message><source>Select what is to be retrieved</source><translation>Wählen Sie aus, was abgerufen werden soll</translation></message>
    <message><source>{count} running</source><translation>{count} laufen</translation></message>
    <message><source>{count} waiting</source><translation>{count} warten</translation></message>
    <message><source>{count} problem</source><translation>{count} Problem</translation></message>
    <message><source>{count} problems</source><translation>{count} Probleme</translation></message>
    <message><source>{count} retrieve</source><translation>{count} Abruf</translation></message>
    <message><source>{count} retrieves</source><translation>{count} Abrufe</translation></message>
    <message><source>b&amp;y</source><translation>mit</translation></message>
    <message><source>Choose the folder…</source><translation>Den Ordner wählen…</translation></message>
    <message><source>Count as here what an archive has…</source><translation>Als vorhanden zählen, was ein Archiv hat…</translation></message>
    <message><source>Count what is in the folder only</source><translation>Nur zählen, was im Ordner ist</translation></message>
    <message><source>Automatic takes what the peer can; a row of the retrieves says which method, and why</source><translation>„Von selbst“ nimmt, was die Gegenstelle kann; eine Zeile der Abrufe sagt, welches Verfahren und warum</translation></message>
    <message><source>Only C-MOVE has a peer send to others</source><translation>Nur mit C-MOVE sendet eine Gegenstelle an andere</translation></message>
</context>
<context>
    <name>RetrieveEntry</name>
    <message><source>Automatic, by what the peer supports</source><translation>Von selbst, je nachdem, was die Gegenstelle kann</translation></message>
    <message><source>Retrieve method</source><translation>Verfahren zum Abrufen</translation></message>
    <message><source>Destination of a C-MOVE, as the peer knows it</source><translation>Ziel eines C-MOVE, wie die Gegenstelle es kennt</translation></message>
    <message><source>our own AE title</source><translation>unser eigener AE-Titel</translation></message>
    <message><source>Character set of queries</source><translation>Zeichensatz von Anfragen</translation></message>
    <message><source>ISO_IR 192, or ISO_IR 100, as the peer wants it</source><translation>ISO_IR 192 oder ISO_IR 100, wie die Gegenstelle es möchte</translation></message>
    <message><source>Retrieve by</source><translation>Abrufen mit</translation></message>
    <message><source>Move to</source><translation>Senden an</translation></message>
    <message><source>Character set</source><translation>Zeichensatz</translation></message>
    <message><source>to {destination}</source><translation>an {destination}</translation></message>
    <message><source>automatic</source><translation>von selbst</translation></message>
</context>
<context>
    <name>RetrieveFlow</name>
    <message><source>Retrieve by C-GET, which needs no port here, or choose in Receive another port that the peer knows</source><translation>Rufen Sie mit C-GET ab, das hier keinen Port braucht, oder wählen Sie in Empfangen einen anderen Port, den die Gegenstelle kennt</translation></message>
    <message><source>Waiting: {peer} has the one association that it is given at once</source><translation>Wartet: {peer} hat die eine Verbindung, die sie zugleich bekommt</translation></message>
    <message><source>Waiting: {peer} has all {count} associations that it is given at once</source><translation>Wartet: {peer} hat alle {count} Verbindungen, die sie zugleich bekommt</translation></message>
</context>
<context>
    <name>RetrievePanel</name>
    <message><source>Copy all of this as text</source><translation>All dies als Text kopieren</translation></message>
</context>
<context>
    <name>RetrievePart</name>
    <message><source>Retrieves</source><translation>Abrufe</translation></message>
    <message><source>Select a retrieve to see what came of it</source><translation>Wählen Sie einen Abruf, um zu sehen, was daraus wurde</translation></message>
    <message><source>Abort</source><translation>Abbrechen</translation></message>
    <message><source>Cancel</source><translation>Abbrechen</translation></message>
    <message><source>Open folder</source><translation>Ordner öffnen</translation></message>
    <message><source>Retrieve by {method}</source><translation>Mit {method} abrufen</translation></message>
    <message><source>Retrieve what is missing</source><translation>Fehlendes abrufen</translation></message>
    <message><source>Try again</source><translation>Noch einmal versuchen</translation></message>
    <message><source>From {peer}</source><translation>Von {peer}</translation></message>
    <message><source>Folder that instances come to</source><translation>Ordner, in den Instanzen kommen</translation></message>
    <message><source>Configuration file of an archive of this machine (dcmqrscp.cfg)</source><translation>Konfigurationsdatei eines Archivs auf diesem Rechner (dcmqrscp.cfg)</translation></message>
    <message><source>What the archive has is not counted</source><translation>Was das Archiv hat, wird nicht gezählt</translation></message>
    <message><source>Choose its configuration file again, or count what is in the folder only.</source><translation>Wählen Sie die Konfigurationsdatei noch einmal, oder zählen Sie nur, was im Ordner ist.</translation></message>
    <message><source>Copy report</source><translation>Bericht kopieren</translation></message>
    <message><source>Copy as command</source><translation>Als Befehl kopieren</translation></message>
    <message><source>Copy UIDs of what did not arrive</source><translation>UIDs des Fehlenden kopieren</translation></message>
    <message><source>Take finished retrieves off the list</source><translation>Beendete Abrufe aus der Liste nehmen</translation></message>
    <message><source>Patient ID</source><translation>Patienten-ID</translation></message>
    <message><source>Study Instance UID</source><translation>Study Instance UID</translation></message>
    <message><source>Series Instance UID</source><translation>Series Instance UID</translation></message>
    <message><source>SOP Instance UID</source><translation>SOP Instance UID</translation></message>
    <message><source>This cannot be asked for</source><translation>Danach kann nicht gefragt werden</translation></message>
    <message><source>{peer} did not tell the {key}, by which it is retrieved.</source><translation>{peer} hat {key} nicht genannt, womit es abgerufen wird.</translation></message>
    <message><source>Open the row above and retrieve what is below, or query by another model.</source><translation>Öffnen Sie die Zeile darüber und rufen Sie ab, was darunter ist, oder fragen Sie mit einem anderen Modell.</translation></message>
</context>
<context>
    <name>RowActions</name>
    <message><source>Open folder</source><translation>Ordner öffnen</translation></message>
    <message><source>Elements</source><translation>Elemente</translation></message>
    <message><source>Send on…</source><translation>Weitersenden…</translation></message>
    <message><source>{rows} selected</source><translation>{rows} ausgewählt</translation></message>
    <message><source>Delete files…</source><translation>Dateien löschen…</translation></message>
    <message><source>Instances of {title}</source><translation>Instanzen von {title}</translation></message>
    <message><source>How many instances does the study have at its source? 0 for not known. {here} are here.</source><translation>Wie viele Instanzen hat die Studie an ihrer Quelle? 0 für unbekannt. {here} sind hier.</translation></message>
    <message><source>instance</source><translation>Instanz</translation></message>
    <message><source>The Send view shows how far they are.</source><translation>Die Ansicht Senden zeigt, wie weit sie sind.</translation></message>
    <message><source>It is not known any more which files were received: add their folder in the Send view.</source><translation>Welche Dateien empfangen wurden, ist nicht mehr bekannt: fügen Sie ihren Ordner in der Ansicht Senden hinzu.</translation></message>
    <message><source>{instances} are to go to {peer}</source><translation>{instances} sollen an {peer} gehen</translation></message>
    <message><source>It is not known any more which files were received: delete them in their folder.</source><translation>Welche Dateien empfangen wurden, ist nicht mehr bekannt: löschen Sie sie in ihrem Ordner.</translation></message>
    <message><source>Nothing to delete</source><translation>Nichts zu löschen</translation></message>
    <message><source>Elements of its first instance…</source><translation>Elemente der ersten Instanz…</translation></message>
    <message><source>Elements…</source><translation>Elemente…</translation></message>
    <message><source>Instances at its source…</source><translation>Instanzen an der Quelle…</translation></message>
    <message><source>Copy UID</source><translation>UID kopieren</translation></message>
    <message><source>Take finished studies off the list</source><translation>Fertige Studien aus der Liste nehmen</translation></message>
</context>
<context>
    <name>RowList</name>
    <message><source>Take the chosen one away</source><translation>Das Gewählte wegnehmen</translation></message>
</context>
<context>
    <name>RuleDialog</name>
    <message><source>Rule</source><translation>Regel</translation></message>
    <message><source>The rule in one sentence</source><translation>Die Regel in einem Satz</translation></message>
    <message><source>Name of the rule</source><translation>Name der Regel</translation></message>
    <message><source>CT at night</source><translation>CT bei Nacht</translation></message>
    <message><source>The rule is on</source><translation>Die Regel gilt</translation></message>
    <message><source>a received study is quiet</source><translation>eine empfangene Studie ruhig ist</translation></message>
    <message><source>files rest in a folder</source><translation>Dateien in einem Ordner ruhen</translation></message>
    <message><source>For how many seconds</source><translation>Wie viele Sekunden lang</translation></message>
    <message><source>Folder</source><translation>Ordner</translation></message>
    <message><source>folder</source><translation>Ordner</translation></message>
    <message><source>with subfolders</source><translation>mit Unterordnern</translation></message>
    <message><source>the whole study</source><translation>die ganze Studie</translation></message>
    <message><source>only what matches</source><translation>nur was passt</translation></message>
    <message><source>Peers, by name or as TITLE@host:port, separated by commas</source><translation>Gegenstellen, mit Namen oder als TITEL@rechner:port, durch Kommas getrennt</translation></message>
    <message><source>ARCHIVE, PACS@pacs.example:104</source><translation>ARCHIVE, PACS@pacs.example:104</translation></message>
    <message><source>Hours in which it sends</source><translation>Stunden, in denen sie sendet</translation></message>
    <message><source>at any time</source><translation>jederzeit</translation></message>
    <message><source>Mo</source><translation>Mo</translation></message>
    <message><source>Tu</source><translation>Di</translation></message>
    <message><source>We</source><translation>Mi</translation></message>
    <message><source>Th</source><translation>Do</translation></message>
    <message><source>Fr</source><translation>Fr</translation></message>
    <message><source>Sa</source><translation>Sa</translation></message>
    <message><source>Su</source><translation>So</translation></message>
    <message><source>leave the files</source><translation>die Dateien lassen</translation></message>
    <message><source>move them into the folder "sent"</source><translation>sie in den Ordner „sent“ verschieben</translation></message>
    <message><source>delete them once they are stored there</source><translation>sie löschen, sobald sie dort gespeichert sind</translation></message>
    <message><source>delete them once their keeping is committed there</source><translation>sie löschen, sobald ihre Aufbewahrung dort zugesichert ist</translation></message>
    <message><source>before what else waits</source><translation>vor dem, was sonst wartet</translation></message>
    <message><source>rules below do not see it</source><translation>Regeln darunter sehen es nicht</translation></message>
    <message><source>Tries after it was given up</source><translation>Versuche, nachdem aufgegeben wurde</translation></message>
    <message><source>Notes on the rule</source><translation>Notizen zur Regel</translation></message>
    <message><source>for</source><translation>für</translation></message>
    <message><source>seconds</source><translation>Sekunden</translation></message>
    <message><source>Choose the folder</source><translation>Ordner wählen</translation></message>
    <message><source>Add &amp;peer</source><translation>Gegenstelle hinzufügen</translation></message>
    <message><source>Name</source><translation>Name</translation></message>
    <message><source>When</source><translation>Wann</translation></message>
    <message><source>Matching</source><translation>Was passt</translation></message>
    <message><source>Send</source><translation>Senden</translation></message>
    <message><source>To</source><translation>An</translation></message>
    <message><source>N&amp;ights</source><translation>Nachts</translation></message>
    <message><source>Afterwards</source><translation>Danach</translation></message>
    <message><source>Order</source><translation>Reihenfolge</translation></message>
    <message><source>Further tries</source><translation>Weitere Versuche</translation></message>
    <message><source>Hours</source><translation>Stunden</translation></message>
    <message><source>Afterwards and order</source><translation>Danach und Reihenfolge</translation></message>
    <message><source>Notes</source><translation>Notizen</translation></message>
    <message><source>none</source><translation>keine</translation></message>
    <message><source>Files in a folder have no sender: remove the condition on AE title or address.</source><translation>Dateien in einem Ordner haben keinen Absender: entfernen Sie die Bedingung zu AE-Titel oder Adresse.</translation></message>
    <message><source>Without a day it would never send.</source><translation>Ohne einen Tag würde sie nie senden.</translation></message>
    <message><source>A name of up to {count} characters is needed.</source><translation>Ein Name von bis zu {count} Zeichen wird gebraucht.</translation></message>
    <message><source>Another rule has this name.</source><translation>Eine andere Regel heißt schon so.</translation></message>
    <message><source>It is a number of seconds above 0.</source><translation>Es ist eine Zahl von Sekunden über 0.</translation></message>
    <message><source>A folder is needed.</source><translation>Ein Ordner wird gebraucht.</translation></message>
    <message><source>A peer is needed: its name, or TITLE@host:port.</source><translation>Eine Gegenstelle wird gebraucht: ihr Name, oder TITEL@rechner:port.</translation></message>
    <message><source>{name} is no TITLE@host:port.</source><translation>{name} ist kein TITEL@rechner:port.</translation></message>
    <message><source>Hours are such as 20:00-06:00; without any it sends at any time.</source><translation>Stunden sind wie 20:00-06:00; ohne sie sendet sie jederzeit.</translation></message>
    <message><source>It is a number up to {most}.</source><translation>Es ist eine Zahl bis {most}.</translation></message>
    <message><source>Folder to be watched</source><translation>Ordner, der beobachtet wird</translation></message>
</context>
<context>
    <name>RuleRunner</name>
    <message><source>No peer is called "{name}": add it in Peers, or edit the rule.</source><translation>Keine Gegenstelle heißt „{name}“: fügen Sie sie in Gegenstellen hinzu, oder bearbeiten Sie die Regel.</translation></message>
    <message><source>Rule {name}</source><translation>Regel {name}</translation></message>
    <message><source>{count} not stored by {peer}: {reason}</source><translation>{count} von {peer} nicht gespeichert: {reason}</translation></message>
    <message><source>It was sent, and stays where it is: {problem}</source><translation>Es wurde gesendet und bleibt, wo es ist: {problem}</translation></message>
    <message><source>No rule can send it: {problem}</source><translation>Keine Regel kann es senden: {problem}</translation></message>
</context>
<context>
    <name>RuleStore</name>
    <message><source>Nothing was changed: {problem}.</source><translation>Nichts wurde geändert: {problem}.</translation></message>
    <message><source>The rules cannot be kept: {error}</source><translation>Die Regeln können nicht aufbewahrt werden: {error}</translation></message>
</context>
<context>
    <name>RulesPane</name>
    <message><source>Rules</source><translation>Regeln</translation></message>
    <message><source>&amp;Add rule…</source><translation>Regel hinzufügen…</translation></message>
    <message><source>Say what is to be sent on by itself</source><translation>Sagen, was von selbst weitergesendet wird</translation></message>
    <message><source>With what was &amp;received</source><translation>Mit dem, was empfangen wurde</translation></message>
    <message><source>With a &amp;folder…</source><translation>Mit einem Ordner…</translation></message>
    <message><source>Te&amp;st</source><translation>Test</translation></message>
    <message><source>What would go where</source><translation>Was wohin ginge</translation></message>
    <message><source>Nothing is sent on by itself</source><translation>Nichts wird von selbst weitergesendet</translation></message>
    <message><source>A rule sends what was received, or what lies in a folder, to peers: all CT studies to the archive at night, say. Everything goes through the queue of Send, and nothing goes in a circle.</source><translation>Eine Regel sendet, was empfangen wurde oder in einem Ordner liegt, an Gegenstellen: alle CT-Studien nachts ans Archiv, zum Beispiel. Alles geht durch die Warteschlange von Senden, und nichts geht im Kreis.</translation></message>
    <message><source>Add a rule…</source><translation>Eine Regel hinzufügen…</translation></message>
    <message><source>A rule for nights…</source><translation>Eine Regel für Nächte…</translation></message>
    <message><source>A file</source><translation>Eine Datei</translation></message>
    <message><source>&amp;Add a rule…</source><translation>Eine Regel hinzufügen…</translation></message>
    <message><source>&amp;Edit…</source><translation>Bearbeiten…</translation></message>
    <message><source>Turn &amp;on or off</source><translation>Ein- oder ausschalten</translation></message>
    <message><source>&amp;Duplicate…</source><translation>Duplizieren…</translation></message>
    <message><source>&amp;History…</source><translation>Verlauf…</translation></message>
    <message><source>Move &amp;up</source><translation>Nach oben</translation></message>
    <message><source>Move do&amp;wn</source><translation>Nach unten</translation></message>
    <message><source>&amp;Remove</source><translation>Entfernen</translation></message>
    <message><source>Read the rules a&amp;gain</source><translation>Die Regeln neu lesen</translation></message>
    <message><source>That did not work</source><translation>Das ging nicht</translation></message>
    <message><source>{problem}. It stays as it is until it is mended; no rule is carried out.</source><translation>{problem}. Es bleibt so, bis es behoben ist; keine Regel wird ausgeführt.</translation></message>
    <message><source>&amp;Read it again</source><translation>Neu lesen</translation></message>
    <message><source>Open folder</source><translation>Ordner öffnen</translation></message>
    <message><source>The file of rules cannot be used</source><translation>Die Datei der Regeln kann nicht verwendet werden</translation></message>
    <message><source>T&amp;urn off</source><translation>Ausschalten</translation></message>
    <message><source>T&amp;urn on</source><translation>Einschalten</translation></message>
    <message><source>E&amp;dit…</source><translation>Bearbeiten…</translation></message>
    <message><source>H&amp;istory</source><translation>Verlauf</translation></message>
    <message><source>Up</source><translation>Nach oben</translation></message>
    <message><source>Down</source><translation>Nach unten</translation></message>
    <message><source>Remove</source><translation>Entfernen</translation></message>
    <message><source>Nobody listens in Receive now, so nothing arrives for this rule.</source><translation>In Empfangen wird jetzt nicht gelauscht, also trifft für diese Regel nichts ein.</translation></message>
    <message><source>There is no rule</source><translation>Es gibt keine Regel</translation></message>
    <message><source>{count} rule</source><translation>{count} Regel</translation></message>
    <message><source>{count} rules</source><translation>{count} Regeln</translation></message>
    <message><source>They are asked from the top. Alt and an arrow key move one, the space bar turns it on or off.</source><translation>Sie werden von oben gefragt. Alt mit einer Pfeiltaste verschiebt eine, die Leertaste schaltet sie ein oder aus.</translation></message>
    <message><source>New rule</source><translation>Neue Regel</translation></message>
    <message><source>At night</source><translation>Nachts</translation></message>
    <message><source>{name} is removed</source><translation>{name} ist entfernt</translation></message>
    <message><source>What it has put into the queue stays there.</source><translation>Was sie in die Warteschlange gestellt hat, bleibt dort.</translation></message>
    <message><source>&amp;Put it back</source><translation>Zurücklegen</translation></message>
    <message><source>What {name} has done in the last 90 days, the latest first.</source><translation>Was {name} in den letzten 90 Tagen getan hat, das Neueste zuerst.</translation></message>
    <message><source>{name} has done nothing yet.</source><translation>{name} hat noch nichts getan.</translation></message>
    <message><source>History</source><translation>Verlauf</translation></message>
    <message><source>When</source><translation>Wann</translation></message>
    <message><source>Folder to test the rules with</source><translation>Ordner, mit dem die Regeln getestet werden</translation></message>
    <message><source>Looking at what is there…</source><translation>Es wird nachgesehen, was da ist…</translation></message>
    <message><source>The folder cannot be read: {error}</source><translation>Der Ordner kann nicht gelesen werden: {error}</translation></message>
    <message><source>Test of {name}</source><translation>Test von {name}</translation></message>
    <message><source>Test</source><translation>Test</translation></message>
    <message><source>Goes</source><translation>Geht</translation></message>
    <message><source>Edit…</source><translation>Bearbeiten…</translation></message>
    <message><source>Turn off</source><translation>Ausschalten</translation></message>
    <message><source>Turn on</source><translation>Einschalten</translation></message>
    <message><source>Test with what was received</source><translation>Mit Empfangenem testen</translation></message>
    <message><source>Duplicate…</source><translation>Duplizieren…</translation></message>
    <message><source>Add…</source><translation>Hinzufügen…</translation></message>
</context>
<context>
    <name>SearchLine</name>
    <message><source>Search</source><translation>Suchen</translation></message>
</context>
<context>
    <name>SecretDialog</name>
    <message><source>Else it is kept until the window closes.</source><translation>Sonst bleibt es, bis das Fenster geschlossen wird.</translation></message>
    <message><source>There is no keyring here: it is kept until the window closes.</source><translation>Hier gibt es keinen Schlüsselbund: es bleibt, bis das Fenster geschlossen wird.</translation></message>
</context>
<context>
    <name>SendActions</name>
    <message><source>Send these</source><translation>Diese senden</translation></message>
    <message><source>Try again</source><translation>Noch einmal versuchen</translation></message>
    <message><source>Try now</source><translation>Jetzt versuchen</translation></message>
    <message><source>Send decompressed</source><translation>Entpackt senden</translation></message>
    <message><source>Send now</source><translation>Jetzt senden</translation></message>
    <message><source>Go on</source><translation>Fortfahren</translation></message>
    <message><source>Pause</source><translation>Anhalten</translation></message>
    <message><source>Show negotiation</source><translation>Aushandlung zeigen</translation></message>
    <message><source>Send to another peer…</source><translation>An eine andere Gegenstelle senden…</translation></message>
    <message><source>Send first</source><translation>Zuerst senden</translation></message>
    <message><source>Cancel</source><translation>Abbrechen</translation></message>
    <message><source>Report</source><translation>Bericht</translation></message>
    <message><source>Copy as command</source><translation>Als Befehl kopieren</translation></message>
    <message><source>Take off the list</source><translation>Aus der Liste nehmen</translation></message>
    <message><source>{count} study goes to {{peer}} now</source><translation>{count} Studie geht jetzt an {{peer}}</translation></message>
    <message><source>{count} studies go to {{peer}} now</source><translation>{count} Studien gehen jetzt an {{peer}}</translation></message>
    <message><source>What was sent before stays in the list with its result.</source><translation>Was vorher gesendet wurde, bleibt mit seinem Ergebnis in der Liste.</translation></message>
    <message><source>Open report</source><translation>Bericht öffnen</translation></message>
    <message><source>Clear finished</source><translation>Fertige entfernen</translation></message>
    <message><source>dicomdesk quits in a few seconds, as you wanted when everything is sent.</source><translation>dicomdesk beendet sich in wenigen Sekunden, wie Sie es nach dem Senden wollten.</translation></message>
    <message><source>Stay</source><translation>Bleiben</translation></message>
    <message><source>{peer} wants a passcode or pass phrase</source><translation>{peer} möchte ein Kennwort oder eine Passphrase</translation></message>
    <message><source>What goes there waits until it is given.</source><translation>Was dorthin geht, wartet, bis es angegeben ist.</translation></message>
    <message><source>Give it</source><translation>Angeben</translation></message>
</context>
<context>
    <name>SendHeader</name>
    <message><source>&amp;Send as soon as files are added</source><translation>Senden, sobald Dateien hinzugefügt sind</translation></message>
    <message><source>&amp;Decompress lossy images where the peer needs it</source><translation>Verlustbehaftete Bilder entpacken, wo die Gegenstelle es braucht</translation></message>
    <message><source>Go on by it&amp;self when dicomdesk starts</source><translation>Von selbst fortfahren, wenn dicomdesk startet</translation></message>
    <message><source>Test</source><translation>Test</translation></message>
    <message><source>Check the connection step by step (Ctrl+T)</source><translation>Die Verbindung Schritt für Schritt prüfen (Strg+T)</translation></message>
    <message><source>&amp;Check</source><translation>Prüfen</translation></message>
    <message><source>See how everything that waits would go, without sending (Ctrl+Shift+Return)</source><translation>Sehen, wie alles Wartende ginge, ohne zu senden (Strg+Umschalt+Eingabe)</translation></message>
    <message><source>&amp;Add</source><translation>Hinzufügen</translation></message>
    <message><source>Add files, folders, DICOMDIR, ZIP</source><translation>Dateien, Ordner, DICOMDIR, ZIP hinzufügen</translation></message>
    <message><source>More</source><translation>Mehr</translation></message>
    <message><source>Pause</source><translation>Anhalten</translation></message>
    <message><source>Send {count}</source><translation>{count} senden</translation></message>
    <message><source>Send</source><translation>Senden</translation></message>
    <message><source>Send everything that is ready (Ctrl+Return)</source><translation>Alles senden, was bereit ist (Strg+Eingabe)</translation></message>
    <message><source>Add files first</source><translation>Zuerst Dateien hinzufügen</translation></message>
    <message><source>Finish what is under way, then wait (Ctrl+.)</source><translation>Beenden, was unterwegs ist, dann warten (Strg+.)</translation></message>
    <message><source>Break off</source><translation>Abbrechen</translation></message>
    <message><source>Do not wait for what is under way (Ctrl+.)</source><translation>Nicht auf das warten, was unterwegs ist (Strg+.)</translation></message>
    <message><source>Stop reading</source><translation>Lesen anhalten</translation></message>
    <message><source>Keep what was found until now (Ctrl+.)</source><translation>Behalten, was bis jetzt gefunden wurde (Strg+.)</translation></message>
    <message><source>Go on</source><translation>Fortfahren</translation></message>
    <message><source>Send what was paused (Ctrl+.)</source><translation>Senden, was angehalten war (Strg+.)</translation></message>
    <message><source>&amp;Files…</source><translation>Dateien…</translation></message>
    <message><source>F&amp;older…</source><translation>Ordner…</translation></message>
    <message><source>&amp;Echo the peer</source><translation>Echo an die Gegenstelle</translation></message>
    <message><source>&amp;Peer and its security…</source><translation>Gegenstelle und ihre Sicherheit…</translation></message>
    <message><source>Open &amp;report</source><translation>Bericht öffnen</translation></message>
    <message><source>&amp;History…</source><translation>Verlauf…</translation></message>
    <message><source>Copy as co&amp;mmand</source><translation>Als Befehl kopieren</translation></message>
    <message><source>&amp;Try all problems again</source><translation>Alle Probleme noch einmal versuchen</translation></message>
    <message><source>&amp;Clear finished</source><translation>Fertige entfernen</translation></message>
    <message><source>Clear &amp;all…</source><translation>Alle entfernen…</translation></message>
</context>
<context>
    <name>SendList</name>
    <message><source>Send queue</source><translation>Warteschlange</translation></message>
    <message><source>Search patient, study, UID, peer</source><translation>Patient, Studie, UID, Gegenstelle suchen</translation></message>
    <message><source>Show all</source><translation>Alle zeigen</translation></message>
    <message><source>Drop studies here</source><translation>Studien hierher ziehen</translation></message>
    <message><source>Files, folders, a DICOMDIR or a ZIP archive: everything in them is listed before it is sent.</source><translation>Dateien, Ordner, ein DICOMDIR oder ein ZIP-Archiv: alles darin wird aufgelistet, bevor es gesendet wird.</translation></message>
    <message><source>Add f&amp;iles…</source><translation>Dateien hinzufügen…</translation></message>
    <message><source>Add fo&amp;lder…</source><translation>Ordner hinzufügen…</translation></message>
    <message><source>{count} study is hidden by the filter</source><translation>{count} Studie ist durch den Filter verborgen</translation></message>
    <message><source>{count} studies are hidden by the filter</source><translation>{count} Studien sind durch den Filter verborgen</translation></message>
    <message><source>All</source><translation>Alle</translation></message>
</context>
<context>
    <name>SendPane</name>
    <message><source>What was added is still being read. What is not listed yet has to be added again.</source><translation>Was hinzugefügt wurde, wird noch gelesen. Was noch nicht in der Liste steht, muss noch einmal hinzugefügt werden.</translation></message>
    <message><source>{count} study</source><translation>{count} Studie</translation></message>
    <message><source>{count} studies</source><translation>{count} Studien</translation></message>
    <message><source>{studies} ({instances}) are listed and not sent.</source><translation>{studies} ({instances}) stehen in der Liste und sind nicht gesendet.</translation></message>
    <message><source>{studies} ({instances}) have not been sent completely.</source><translation>{studies} ({instances}) sind nicht vollständig gesendet.</translation></message>
    <message><source>They will be there again when dicomdesk starts, and go on by themselves.</source><translation>Sie sind wieder da, wenn dicomdesk startet, und gehen von selbst weiter.</translation></message>
    <message><source>They will be there again when dicomdesk starts.</source><translation>Sie sind wieder da, wenn dicomdesk startet.</translation></message>
    <message><source>&amp;Send what is ready</source><translation>Senden, was bereit ist</translation></message>
    <message><source>&amp;Check how it would go</source><translation>Prüfen, wie es ginge</translation></message>
    <message><source>&amp;Pause, or go on</source><translation>Anhalten oder fortfahren</translation></message>
    <message><source>&amp;Test the peer step by step</source><translation>Gegenstelle Schritt für Schritt testen</translation></message>
    <message><source>&amp;Find in the list</source><translation>In der Liste suchen</translation></message>
    <message><source>Select a row to see what became of it</source><translation>Wählen Sie eine Zeile, um zu sehen, was daraus wurde</translation></message>
    <message><source>Nothing to send yet</source><translation>Noch nichts zu senden</translation></message>
    <message><source>It will go to {peer} as {own}.</source><translation>Es geht an {peer} als {own}.</translation></message>
    <message><source>Say where to send, then drop something</source><translation>Sagen Sie, wohin, und ziehen Sie dann etwas hierher</translation></message>
    <message><source>AE title, host and port of the peer stand at the top. Test tells whether it answers.</source><translation>AE-Titel, Rechner und Port der Gegenstelle stehen oben. Test sagt, ob sie antwortet.</translation></message>
    <message><source>Looking for what was not finished…</source><translation>Es wird nach Unerledigtem gesucht…</translation></message>
    <message><source>Reading… {found} found</source><translation>Liest… {found} gefunden</translation></message>
    <message><source>You can go on working; sending can start when everything is listed.</source><translation>Sie können weiterarbeiten; gesendet werden kann, wenn alles in der Liste steht.</translation></message>
    <message><source>Stop reading</source><translation>Lesen anhalten</translation></message>
    <message><source>{instances} ready to send</source><translation>{instances} bereit zum Senden</translation></message>
    <message><source>To {peer} as {own}.</source><translation>An {peer} als {own}.</translation></message>
    <message><source>What is in the queue may not be kept</source><translation>Was wartet, bleibt vielleicht nicht erhalten</translation></message>
</context>
<context>
    <name>Serving</name>
    <message><source>The archive does not receive</source><translation>Das Archiv empfängt nicht</translation></message>
    <message><source>The archive receives no more</source><translation>Das Archiv empfängt nicht mehr</translation></message>
    <message><source>{title} receives on port {port}</source><translation>{title} empfängt auf Port {port}</translation></message>
    <message><source>{count} association is open.</source><translation>{count} Verbindung ist offen.</translation></message>
    <message><source>{count} associations are open.</source><translation>{count} Verbindungen sind offen.</translation></message>
    <message><source>Others store into it, query it and retrieve from it, as its configuration allows. {open}</source><translation>Andere speichern darin, fragen es ab und rufen daraus ab, wie es die Konfiguration erlaubt. {open}</translation></message>
    <message><source>Stop receiving</source><translation>Nicht mehr empfangen</translation></message>
</context>
<context>
    <name>Session</name>
    <message><source>{reason}. Another one listens again on port {port}; what was acknowledged is in the folder.</source><translation>{reason}. Ein anderer lauscht wieder auf Port {port}; Bestätigtes ist im Ordner.</translation></message>
    <message><source>Receiving was interrupted</source><translation>Der Empfang wurde unterbrochen</translation></message>
    <message><source>The window is closing.</source><translation>Das Fenster wird geschlossen.</translation></message>
    <message><source>The engine does not answer</source><translation>Der Dienst im Hintergrund antwortet nicht</translation></message>
    <message><source>What is in the queue may not be kept</source><translation>Was wartet, bleibt vielleicht nicht erhalten</translation></message>
</context>
<context>
    <name>SettingsDialog</name>
    <message><source>Settings</source><translation>Einstellungen</translation></message>
    <message><source>Pages of the settings</source><translation>Seiten der Einstellungen</translation></message>
</context>
<context>
    <name>SharedListener</name>
    <message><source>Waiting for another retrieve, whose listener stores into {folder}</source><translation>Wartet auf einen anderen Abruf, der in {folder} ablegt</translation></message>
    <message><source>Nothing can listen here: mend AE title, port and folder in the Receive view first.</source><translation>Hier kann nicht gelauscht werden: richten Sie zuerst AE-Titel, Port und Ordner in Empfangen.</translation></message>
    <message><source>Nothing listens here, since the listener's key was not opened.</source><translation>Hier wird nicht gelauscht, weil der Schlüssel nicht geöffnet wurde.</translation></message>
</context>
<context>
    <name>SpeedGraph</name>
    <message><source>most {rate}</source><translation>höchstens {rate}</translation></message>
    <message><source>Rate of sending</source><translation>Sendegeschwindigkeit</translation></message>
    <message><source>Rate of sending: {rate} now, {most} at most</source><translation>Sendegeschwindigkeit: jetzt {rate}, höchstens {most}</translation></message>
</context>
<context>
    <name>StatusStrip</name>
    <message><source>Listening as {name}</source><translation>Lauscht als {name}</translation></message>
    <message><source>Not listening</source><translation>Lauscht nicht</translation></message>
    <message><source>{count} association</source><translation>{count} Verbindung</translation></message>
    <message><source>{count} associations</source><translation>{count} Verbindungen</translation></message>
    <message><source>Up {rate}</source><translation>Auf {rate}</translation></message>
    <message><source>Down {rate}</source><translation>Ab {rate}</translation></message>
    <message><source>Queue {count}</source><translation>Wartend {count}</translation></message>
    <message><source>{size} free</source><translation>{size} frei</translation></message>
    <message><source>{count} problem</source><translation>{count} Problem</translation></message>
    <message><source>{count} problems</source><translation>{count} Probleme</translation></message>
</context>
<context>
    <name>StoringEntry</name>
    <message><source>All in one folder</source><translation>Alle in einem Ordner</translation></message>
    <message><source>Folders of patient, study and series, with readable names</source><translation>Ordner von Patient, Studie und Serie, mit lesbaren Namen</translation></message>
    <message><source>Folders by date of the series</source><translation>Ordner nach Datum der Serie</translation></message>
    <message><source>File names end in {extension}</source><translation>Dateinamen enden auf {extension}</translation></message>
    <message><source>Sorted into</source><translation>Sortiert in</translation></message>
</context>
<context>
    <name>SupportAccess</name>
    <message><source>Save the support bundle as</source><translation>Support-Paket speichern unter</translation></message>
    <message><source>Support bundle</source><translation>Support-Paket</translation></message>
    <message><source>The bundle is written.</source><translation>Das Paket ist geschrieben.</translation></message>
    <message><source>{path}

Look into it before you send it to anybody.</source><translation>{path}

Sehen Sie hinein, bevor Sie es jemandem senden.</translation></message>
    <message><source>&amp;Open the folder</source><translation>Ordner öffnen</translation></message>
</context>
<context>
    <name>Tasks</name>
    <message><source>Something went wrong in the program: {error}</source><translation>Im Programm ging etwas schief: {error}</translation></message>
</context>
<context>
    <name>Timeline</name>
    <message><source>Timeline</source><translation>Zeitlinie</translation></message>
    <message><source>longest pause {pause} s, {after} s after the start</source><translation>längste Pause {pause} s, {after} s nach dem Beginn</translation></message>
    <message><source>{count} problem</source><translation>{count} Problem</translation></message>
    <message><source>{count} problems</source><translation>{count} Probleme</translation></message>
</context>
<context>
    <name>TlsEntry</name>
    <message><source>Encrypt with TLS</source><translation>Mit TLS verschlüsseln</translation></message>
    <message><source>off</source><translation>aus</translation></message>
    <message><source>peers need a certificate</source><translation>Gegenstellen brauchen ein Zertifikat</translation></message>
    <message><source>peer not checked</source><translation>Gegenstelle nicht geprüft</translation></message>
    <message><source>host name checked</source><translation>Rechnername geprüft</translation></message>
    <message><source>Versions of TLS</source><translation>Versionen von TLS</translation></message>
    <message><source>Certificate of the peer</source><translation>Zertifikat der Gegenstelle</translation></message>
    <message><source>Not checked</source><translation>Nicht geprüft</translation></message>
    <message><source>The peer's certificate</source><translation>Das Zertifikat der Gegenstelle</translation></message>
    <message><source>All certificates of the chain</source><translation>Alle Zertifikate der Kette</translation></message>
    <message><source>Revoked certificates</source><translation>Widerrufene Zertifikate</translation></message>
    <message><source>Format of the files</source><translation>Format der Dateien</translation></message>
    <message><source>Trust the authorities of this machine too</source><translation>Auch den Stellen dieses Rechners vertrauen</translation></message>
    <message><source>It must be made out to the host above</source><translation>Es muss auf den Rechner oben lauten</translation></message>
    <message><source>Trusted authorities</source><translation>Vertraute Stellen</translation></message>
    <message><source>needed to listen</source><translation>zum Lauschen nötig</translation></message>
    <message><source>none is presented</source><translation>keines wird vorgelegt</translation></message>
    <message><source>Own certificate</source><translation>Eigenes Zertifikat</translation></message>
    <message><source>Private key</source><translation>Privater Schlüssel</translation></message>
    <message><source>in the certificate's file</source><translation>in der Datei des Zertifikats</translation></message>
    <message><source>Revocation lists</source><translation>Widerrufslisten</translation></message>
    <message><source>Enter…</source><translation>Eingeben…</translation></message>
    <message><source>Versions</source><translation>Versionen</translation></message>
    <message><source>Peers' certificates</source><translation>Zertifikate der Gegenstellen</translation></message>
    <message><source>Peer's certificate</source><translation>Zertifikat der Gegenstelle</translation></message>
    <message><source>Revocation check</source><translation>Prüfung auf Widerruf</translation></message>
    <message><source>Pass phrase</source><translation>Passphrase</translation></message>
    <message><source>Files are</source><translation>Dateien sind</translation></message>
    <message><source>Kept until the window closes</source><translation>Bleibt, bis das Fenster geschlossen wird</translation></message>
    <message><source>Asked for when it is needed</source><translation>Danach wird gefragt, wenn sie gebraucht wird</translation></message>
    <message><source>Forget</source><translation>Vergessen</translation></message>
    <message><source>The private key is encrypted: its pass phrase is asked for when needed.</source><translation>Der private Schlüssel ist verschlüsselt: nach der Passphrase wird gefragt, wenn sie gebraucht wird.</translation></message>
    <message><source>Encrypted, but the peer may be anybody.</source><translation>Verschlüsselt, aber die Gegenstelle kann jeder sein.</translation></message>
    <message><source>Nobody is trusted yet: name the authority of the peer.</source><translation>Noch wird niemandem vertraut: nennen Sie die Stelle der Gegenstelle.</translation></message>
    <message><source>All files can be used.</source><translation>Alle Dateien können verwendet werden.</translation></message>
</context>
<context>
    <name>Tray</name>
    <message><source>&amp;Show or hide the window</source><translation>Fenster zeigen oder verbergen</translation></message>
</context>
<context>
    <name>Undoing</name>
    <message><source>What</source><translation>Was</translation></message>
    <message><source>Removed</source><translation>Entfernt</translation></message>
    <message><source>By</source><translation>Von</translation></message>
    <message><source>Why</source><translation>Warum</translation></message>
    <message><source>Instances</source><translation>Instanzen</translation></message>
    <message><source>Size</source><translation>Größe</translation></message>
    <message><source>Kept until</source><translation>Bleibt bis</translation></message>
    <message><source>What was removed lies here until its time is over. What is put back is as it was.</source><translation>Entferntes liegt hier, bis seine Zeit um ist. Zurückgelegtes ist, wie es war.</translation></message>
    <message><source>Trash</source><translation>Papierkorb</translation></message>
    <message><source>&amp;Put back</source><translation>Zurücklegen</translation></message>
    <message><source>The trash is empty.</source><translation>Der Papierkorb ist leer.</translation></message>
    <message><source>{count} instance put back.</source><translation>{count} Instanz zurückgelegt.</translation></message>
    <message><source>{count} instances put back.</source><translation>{count} Instanzen zurückgelegt.</translation></message>
    <message><source>{count} is in the archive again already.</source><translation>{count} ist schon wieder im Archiv.</translation></message>
    <message><source>{count} are in the archive again already.</source><translation>{count} sind schon wieder im Archiv.</translation></message>
    <message><source>What was changed</source><translation>Was geändert wurde</translation></message>
    <message><source>When</source><translation>Wann</translation></message>
    <message><source>State</source><translation>Zustand</translation></message>
    <message><source>Each correction that was made, the last first. One that is taken back stays in the list.</source><translation>Jede Berichtigung, die letzte zuerst. Eine zurückgenommene bleibt in der Liste.</translation></message>
    <message><source>Corrections</source><translation>Berichtigungen</translation></message>
    <message><source>&amp;Take it back…</source><translation>Zurücknehmen…</translation></message>
    <message><source>Nothing was corrected in this archive.</source><translation>In diesem Archiv wurde nichts berichtigt.</translation></message>
    <message><source>Taken back</source><translation>Zurückgenommen</translation></message>
    <message><source>In force</source><translation>In Kraft</translation></message>
    <message><source>Take the correction back</source><translation>Die Berichtigung zurücknehmen</translation></message>
</context>
<context>
    <name>UserDialog</name>
    <message><source>User who may send</source><translation>Benutzer, der senden darf</translation></message>
    <message><source>User name</source><translation>Benutzername</translation></message>
    <message><source>Passcode</source><translation>Kennwort</translation></message>
    <message><source>Passcode again</source><translation>Kennwort noch einmal</translation></message>
    <message><source>A user name is needed.</source><translation>Ein Benutzername wird gebraucht.</translation></message>
    <message><source>This user is in the list already.</source><translation>Dieser Benutzer steht schon in der Liste.</translation></message>
    <message><source>A passcode is needed.</source><translation>Ein Kennwort wird gebraucht.</translation></message>
    <message><source>The two passcodes differ.</source><translation>Die beiden Kennwörter sind verschieden.</translation></message>
</context>
<context>
    <name>ViewButton</name>
    <message><source>{view}, {count}</source><translation>{view}, {count}</translation></message>
</context>
<context>
    <name>Views</name>
    <message><source>Send</source><translation>Senden</translation></message>
    <message><source>Send to it</source><translation>An sie senden</translation></message>
    <message><source>Receive</source><translation>Empfangen</translation></message>
    <message><source>Query/Retrieve</source><translation>Suchen/Abrufen</translation></message>
    <message><source>Query it</source><translation>Dort suchen</translation></message>
    <message><source>Archive</source><translation>Archiv</translation></message>
    <message><source>Associations</source><translation>Verbindungen</translation></message>
    <message><source>Peers</source><translation>Gegenstellen</translation></message>
    <message><source>Rules</source><translation>Regeln</translation></message>
</context>
<context>
    <name>WishForm</name>
    <message><source>Only ask</source><translation>Nur fragen</translation></message>
    <message><source>Fetch into the folder</source><translation>In den Ordner holen</translation></message>
    <message><source>Have it sent to</source><translation>Senden lassen an</translation></message>
    <message><source>What is done with what is found</source><translation>Was mit dem Gefundenen geschieht</translation></message>
    <message><source>Folder for what is fetched</source><translation>Ordner für Geholtes</translation></message>
    <message><source>folder</source><translation>Ordner</translation></message>
    <message><source>Method</source><translation>Verfahren</translation></message>
    <message><source>C-GET brings it over our own association; for C-MOVE the peer calls us</source><translation>C-GET bringt es über unsere eigene Verbindung; bei C-MOVE ruft uns die Gegenstelle</translation></message>
    <message><source>AE title of the other peer</source><translation>AE-Titel der anderen Gegenstelle</translation></message>
    <message><source>AE title</source><translation>AE-Titel</translation></message>
    <message><source>All studies where several fit</source><translation>Alle Studien, wo mehrere passen</translation></message>
    <message><source>Seconds between lines</source><translation>Sekunden zwischen Zeilen</translation></message>
    <message><source>Lines at once</source><translation>Zeilen zugleich</translation></message>
    <message><source>Times of the day, such as {night}</source><translation>Tageszeiten, wie {night}</translation></message>
    <message><source>any time, or {night}</source><translation>jederzeit, oder {night}</translation></message>
    <message><source>Choose the folder</source><translation>Ordner wählen</translation></message>
    <message><source>&amp;Then</source><translation>Dann</translation></message>
    <message><source>&amp;Pause, seconds</source><translation>Pause, Sekunden</translation></message>
    <message><source>&amp;Lines at once</source><translation>Zeilen zugleich</translation></message>
    <message><source>Only &amp;between</source><translation>Nur zwischen</translation></message>
    <message><source>A pause is 0 to {most} seconds.</source><translation>Eine Pause ist 0 bis {most} Sekunden.</translation></message>
    <message><source>There can be 1 to {most} lines at once.</source><translation>Es können 1 bis {most} Zeilen zugleich sein.</translation></message>
    <message><source>Times of the day are written like {night}.</source><translation>Tageszeiten werden wie {night} geschrieben.</translation></message>
</context>
<context>
    <name>Works</name>
    <message><source>{title} Wait until it has ended, or stop it.</source><translation>{title} Warten Sie, bis es zu Ende ist, oder halten Sie es an.</translation></message>
    <message><source>{done} of {total}</source><translation>{done} von {total}</translation></message>
    <message><source>{count} file looked at</source><translation>{count} Datei angesehen</translation></message>
    <message><source>{count} files looked at</source><translation>{count} Dateien angesehen</translation></message>
    <message><source>Stop</source><translation>Anhalten</translation></message>
    <message><source>Ending…</source><translation>Wird beendet…</translation></message>
</context>
<context>
    <name>_Line</name>
    <message><source>Other attribute…</source><translation>Anderes Attribut…</translation></message>
    <message><source>What</source><translation>Was</translation></message>
    <message><source>Keyword or tag</source><translation>Schlüsselwort oder Tag</translation></message>
    <message><source>keyword or tag</source><translation>Schlüsselwort oder Tag</translation></message>
    <message><source>is</source><translation>ist</translation></message>
    <message><source>is not</source><translation>nicht</translation></message>
    <message><source>Is or is not</source><translation>Ist oder ist nicht</translation></message>
    <message><source>Values, separated by commas; * and ? stand for anything</source><translation>Werte, durch Kommas getrennt; * und ? stehen für alles</translation></message>
    <message><source>CT, MR, *chest*</source><translation>CT, MR, *chest*</translation></message>
    <message><source>Remove this condition</source><translation>Diese Bedingung entfernen</translation></message>
    <message><source>It is the keyword of an attribute, such as ProtocolName, or a tag such as 0018,1030.</source><translation>Es ist das Schlüsselwort eines Attributs wie ProtocolName, oder ein Tag wie 0018,1030.</translation></message>
    <message><source>A value is needed, such as CT.</source><translation>Ein Wert wird gebraucht, wie CT.</translation></message>
</context>
<context>
    <name>_Veil</name>
    <message><source>Let go to add to the list</source><translation>Loslassen, um es in die Liste aufzunehmen</translation></message>
</context>
<context>
    <name>access_words</name>
    <message><source>anybody</source><translation>jeden</translation></message>
    <message><source>Accepts only calls from {who}</source><translation>Nimmt nur Rufe von {who} an</translation></message>
    <message><source>Accepts calls from {who}</source><translation>Nimmt Rufe von {who} an</translation></message>
    <message><source>at {networks}</source><translation>auf {networks}</translation></message>
    <message><source>called as {titles}</source><translation>gerufen als {titles}</translation></message>
    <message><source>with the passcode of {users}</source><translation>mit dem Kennwort von {users}</translation></message>
    <message><source>over TLS with a trusted certificate</source><translation>über TLS mit einem Zertifikat, dem vertraut wird</translation></message>
    <message><source>over TLS</source><translation>über TLS</translation></message>
    <message><source>not encrypted</source><translation>nicht verschlüsselt</translation></message>
    <message><source>{names} or {count} others</source><translation>{names} oder {count} andere</translation></message>
    <message><source>{names} or {last}</source><translation>{names} oder {last}</translation></message>
</context>
<context>
    <name>agreement_nodes</name>
    <message><source>Agreed</source><translation>Vereinbart</translation></message>
    <message><source>Value</source><translation>Wert</translation></message>
    <message><source>Meaning</source><translation>Bedeutung</translation></message>
    <message><source>Encryption (TLS)</source><translation>Verschlüsselung (TLS)</translation></message>
    <message><source>User identity</source><translation>Benutzeridentität</translation></message>
    <message><source>Extended negotiation</source><translation>Erweiterte Aushandlung</translation></message>
    <message><source>Connection</source><translation>Verbindung</translation></message>
    <message><source>Expired on {day}</source><translation>Abgelaufen am {day}</translation></message>
    <message><source>{day}, in less than a day</source><translation>{day}, in weniger als einem Tag</translation></message>
    <message><source>{day}, in {count} days</source><translation>{day}, in {count} Tagen</translation></message>
    <message><source>{day}, in one day</source><translation>{day}, in einem Tag</translation></message>
    <message><source>None</source><translation>Keine</translation></message>
    <message><source>Protection</source><translation>Schutz</translation></message>
    <message><source>Anybody on the way can read along.</source><translation>Jeder unterwegs kann mitlesen.</translation></message>
    <message><source>Version</source><translation>Version</translation></message>
    <message><source>Cipher suite</source><translation>Verschlüsselungsverfahren</translation></message>
    <message><source>Peer's certificate</source><translation>Zertifikat der Gegenstelle</translation></message>
    <message><source>None presented</source><translation>Keines vorgelegt</translation></message>
    <message><source>Verified</source><translation>Geprüft und echt</translation></message>
    <message><source>Not verified</source><translation>Nicht überprüft</translation></message>
    <message><source>Whether it is genuine was not checked.</source><translation>Ob es echt ist, wurde nicht geprüft.</translation></message>
    <message><source>Checked</source><translation>Geprüft</translation></message>
    <message><source>Presented, but it cannot be read</source><translation>Vorgelegt, aber es kann nicht gelesen werden</translation></message>
    <message><source>It does not keep to the standard of certificates (RFC 5280).</source><translation>Es hält sich nicht an die Norm für Zertifikate (RFC 5280).</translation></message>
    <message><source>The peer needs a new certificate.</source><translation>Die Gegenstelle braucht ein neues Zertifikat.</translation></message>
    <message><source>Without a name</source><translation>Ohne Namen</translation></message>
    <message><source>Issued by</source><translation>Ausgestellt von</translation></message>
    <message><source>Valid until</source><translation>Gültig bis</translation></message>
    <message><source>Presented</source><translation>Vorgelegt</translation></message>
    <message><source>User name</source><translation>Benutzername</translation></message>
    <message><source>Token</source><translation>Token</translation></message>
    <message><source>Not shown</source><translation>Wird nicht gezeigt</translation></message>
    <message><source>A token is a secret.</source><translation>Ein Token ist ein Geheimnis.</translation></message>
    <message><source>Confirmation</source><translation>Bestätigung</translation></message>
    <message><source>Given, {size}</source><translation>Gegeben, {size}</translation></message>
    <message><source>Asked for, not given</source><translation>Verlangt, nicht gegeben</translation></message>
    <message><source>{name}, proposed</source><translation>{name}, vorgeschlagen</translation></message>
    <message><source>Not answered</source><translation>Nicht beantwortet</translation></message>
    <message><source>{name}, accepted</source><translation>{name}, angenommen</translation></message>
    <message><source>unlimited</source><translation>unbegrenzt</translation></message>
    <message><source>Peer</source><translation>Gegenstelle</translation></message>
    <message><source>Peer's software</source><translation>Programm der Gegenstelle</translation></message>
    <message><source>Our software</source><translation>Unser Programm</translation></message>
    <message><source>Largest PDU</source><translation>Größte PDU</translation></message>
    <message><source>theirs / ours</source><translation>ihre / unsere</translation></message>
    <message><source>Operations at once</source><translation>Vorgänge zugleich</translation></message>
</context>
<context>
    <name>archive_access</name>
    <message><source>No archive is open.</source><translation>Kein Archiv ist offen.</translation></message>
    <message><source>Choose another configuration or folder, or mend what is wrong and press F5.</source><translation>Wählen Sie eine andere Konfiguration oder einen anderen Ordner, oder beheben Sie den Fehler und drücken Sie F5.</translation></message>
</context>
<context>
    <name>archive_cells</name>
    <message><source>Name</source><translation>Name</translation></message>
    <message><source>Patient ID</source><translation>Patienten-ID</translation></message>
    <message><source>Date</source><translation>Datum</translation></message>
    <message><source>Modality</source><translation>Modalität</translation></message>
    <message><source>Description</source><translation>Beschreibung</translation></message>
    <message><source>Accession</source><translation>Auftragsnummer</translation></message>
    <message><source>Series</source><translation>Serie</translation></message>
    <message><source>Instances</source><translation>Instanzen</translation></message>
    <message><source>Size</source><translation>Größe</translation></message>
    <message><source>Last received</source><translation>Zuletzt empfangen</translation></message>
    <message><source>{count} study</source><translation>{count} Studie</translation></message>
    <message><source>{count} studies</source><translation>{count} Studien</translation></message>
    <message><source>Series {number}</source><translation>Serie {number}</translation></message>
    <message><source>Instance {number}</source><translation>Instanz {number}</translation></message>
    <message><source>Instance</source><translation>Instanz</translation></message>
    <message><source>No patient name</source><translation>Kein Patientenname</translation></message>
</context>
<context>
    <name>archive_found</name>
    <message><source>Reading…</source><translation>Liest…</translation></message>
    <message><source>Nothing is left of it.</source><translation>Davon ist nichts übrig.</translation></message>
</context>
<context>
    <name>archive_nodes</name>
    <message><source>another patient has the same UID, too</source><translation>ein anderer Patient hat dieselbe UID</translation></message>
    <message><source>its instances name the patient differently</source><translation>seine Instanzen nennen den Patienten verschieden</translation></message>
    <message><source>another study has this instance, too</source><translation>eine andere Studie hat diese Instanz auch</translation></message>
    <message><source>another series has this instance, too</source><translation>eine andere Serie hat diese Instanz auch</translation></message>
</context>
<context>
    <name>archive_plans</name>
    <message><source>Patient ID</source><translation>Patienten-ID</translation></message>
    <message><source>Patient name</source><translation>Patientenname</translation></message>
    <message><source>Birth date</source><translation>Geburtsdatum</translation></message>
    <message><source>Sex</source><translation>Geschlecht</translation></message>
    <message><source>Accession number</source><translation>Auftragsnummer</translation></message>
    <message><source>Study description</source><translation>Beschreibung der Studie</translation></message>
    <message><source>Study date</source><translation>Datum der Studie</translation></message>
    <message><source>Series description</source><translation>Beschreibung der Serie</translation></message>
    <message><source>Why, for the trail</source><translation>Warum, für das Protokoll</translation></message>
    <message><source>No value is another than it was.</source><translation>Kein Wert ist anders als vorher.</translation></message>
    <message><source>Nothing would change: the files say so already, or are not as the correction left them.</source><translation>Nichts würde sich ändern: die Dateien sagen es schon, oder sie sind nicht, wie die Berichtigung sie hinterließ.</translation></message>
    <message><source>&amp;Change {count} instance</source><translation>{count} Instanz ändern</translation></message>
    <message><source>&amp;Change {count} instances</source><translation>{count} Instanzen ändern</translation></message>
    <message><source>{count} instance:</source><translation>{count} Instanz:</translation></message>
    <message><source>{count} instances:</source><translation>{count} Instanzen:</translation></message>
    <message><source>{old} becomes {new}</source><translation>{old} wird zu {new}</translation></message>
    <message><source>(not there)</source><translation>(nicht da)</translation></message>
    <message><source>no reason said</source><translation>kein Grund genannt</translation></message>
    <message><source>Stays: {study} is on hold ({why}).</source><translation>Bleibt: {study} ist gesperrt ({why}).</translation></message>
    <message><source>{count} instance</source><translation>{count} Instanz</translation></message>
    <message><source>{count} instances</source><translation>{count} Instanzen</translation></message>
    <message><source>Nothing of it is in the archive any more.</source><translation>Davon ist nichts mehr im Archiv.</translation></message>
    <message><source>{count} day</source><translation>{count} Tag</translation></message>
    <message><source>{count} days</source><translation>{count} Tage</translation></message>
    <message><source>It goes into the trash of the archive, and can be put back from there for {days}.</source><translation>Es kommt in den Papierkorb des Archivs und kann von dort {days} lang zurückgelegt werden.</translation></message>
    <message><source>&amp;Remove {count} instance</source><translation>{count} Instanz entfernen</translation></message>
    <message><source>&amp;Remove {count} instances</source><translation>{count} Instanzen entfernen</translation></message>
</context>
<context>
    <name>archive_words</name>
    <message><source>{count} patient</source><translation>{count} Patient</translation></message>
    <message><source>{count} patients</source><translation>{count} Patienten</translation></message>
    <message><source>{count} study</source><translation>{count} Studie</translation></message>
    <message><source>{count} studies</source><translation>{count} Studien</translation></message>
    <message><source>{count} series</source><translation>{count} Serien</translation></message>
    <message><source>{count} instance</source><translation>{count} Instanz</translation></message>
    <message><source>{count} instances</source><translation>{count} Instanzen</translation></message>
    <message><source>{found}, listed as you scroll</source><translation>{found}, aufgelistet beim Blättern</translation></message>
    <message><source>{size} stored, {free} free on the disk.</source><translation>{size} gespeichert, {free} frei auf dem Datenträger.</translation></message>
    <message><source>{size} in the trash.</source><translation>{size} im Papierkorb.</translation></message>
    <message><source>Only read: nothing in it may be changed.</source><translation>Nur gelesen: darin darf nichts geändert werden.</translation></message>
    <message><source>Reading…</source><translation>Liest…</translation></message>
    <message><source>{count} file</source><translation>{count} Datei</translation></message>
    <message><source>{count} files</source><translation>{count} Dateien</translation></message>
    <message><source>{files}, {size}.</source><translation>{files}, {size}.</translation></message>
    <message><source>Last received {when}.</source><translation>Zuletzt empfangen {when}.</translation></message>
    <message><source>{instances} of it contradict others.</source><translation>{instances} davon widersprechen anderen.</translation></message>
    <message><source>{files} of it missing: Verify tells which.</source><translation>{files} davon fehlen: Überprüfen sagt, welche.</translation></message>
    <message><source>On hold: {why}.</source><translation>Gesperrt: {why}.</translation></message>
    <message><source>no reason said</source><translation>kein Grund genannt</translation></message>
    <message><source>{count} correction</source><translation>{count} Berichtigung</translation></message>
    <message><source>{count} corrections</source><translation>{count} Berichtigungen</translation></message>
    <message><source>{corrections}, the last by {user} on {when}.</source><translation>{corrections}, die letzte von {user} am {when}.</translation></message>
    <message><source>Sent by {titles}.</source><translation>Gesendet von {titles}.</translation></message>
    <message><source>{count} row</source><translation>{count} Zeile</translation></message>
    <message><source>{count} rows</source><translation>{count} Zeilen</translation></message>
    <message><source>{rows} selected</source><translation>{rows} ausgewählt</translation></message>
</context>
<context>
    <name>association_log</name>
    <message><source>Negotiating</source><translation>Wird ausgehandelt</translation></message>
    <message><source>Established</source><translation>Aufgebaut</translation></message>
    <message><source>Released</source><translation>Beendet</translation></message>
    <message><source>Not established</source><translation>Nicht aufgebaut</translation></message>
    <message><source>Aborted</source><translation>Abgebrochen</translation></message>
    <message><source>Direction</source><translation>Richtung</translation></message>
    <message><source>Peer</source><translation>Gegenstelle</translation></message>
    <message><source>Security</source><translation>Sicherheit</translation></message>
    <message><source>Result</source><translation>Ergebnis</translation></message>
    <message><source>Started</source><translation>Begonnen</translation></message>
    <message><source>Lasted</source><translation>Dauer</translation></message>
    <message><source>Contexts</source><translation>Kontexte</translation></message>
    <message><source>Stored</source><translation>Gespeichert</translation></message>
    <message><source>Problems</source><translation>Probleme</translation></message>
    <message><source>Size</source><translation>Größe</translation></message>
    <message><source>Outgoing</source><translation>Ausgehend</translation></message>
    <message><source>Incoming</source><translation>Eingehend</translation></message>
    <message><source>unnamed</source><translation>ohne Namen</translation></message>
    <message><source>No request</source><translation>Keine Anfrage</translation></message>
    <message><source>check, {count} associations</source><translation>Prüfung, {count} Verbindungen</translation></message>
    <message><source>The peer's log may say why it gave up.</source><translation>Das Protokoll der Gegenstelle sagt vielleicht, warum sie aufgab.</translation></message>
</context>
<context>
    <name>capability_nodes</name>
    <message><source>What it accepts</source><translation>Was sie annimmt</translation></message>
    <message><source>Encodings</source><translation>Kodierungen</translation></message>
    <message><source>Verification</source><translation>Verifikation</translation></message>
    <message><source>Storage</source><translation>Ablage</translation></message>
    <message><source>Query and retrieve</source><translation>Suchen und Abrufen</translation></message>
    <message><source>Worklist</source><translation>Arbeitsliste</translation></message>
    <message><source>Procedure steps</source><translation>Arbeitsschritte</translation></message>
    <message><source>Storage commitment</source><translation>Storage Commitment</translation></message>
    <message><source>Print</source><translation>Drucken</translation></message>
    <message><source>Other services</source><translation>Andere Dienste</translation></message>
    <message><source>{count} SOP class</source><translation>{count} SOP-Klasse</translation></message>
    <message><source>{count} SOP classes</source><translation>{count} SOP-Klassen</translation></message>
    <message><source>{first}, maybe others</source><translation>{first}, vielleicht andere</translation></message>
    <message><source>{first} and {count} more</source><translation>{first} und {count} weitere</translation></message>
</context>
<context>
    <name>cells</name>
    <message><source>Name</source><translation>Name</translation></message>
    <message><source>Patient ID</source><translation>Patienten-ID</translation></message>
    <message><source>Born</source><translation>Geboren</translation></message>
    <message><source>Date</source><translation>Datum</translation></message>
    <message><source>Modality</source><translation>Modalität</translation></message>
    <message><source>Description</source><translation>Beschreibung</translation></message>
    <message><source>Accession</source><translation>Auftragsnummer</translation></message>
    <message><source>Series</source><translation>Serie</translation></message>
    <message><source>Instances</source><translation>Instanzen</translation></message>
    <message><source>Peer</source><translation>Gegenstelle</translation></message>
    <message><source>No patient name</source><translation>Kein Patientenname</translation></message>
    <message><source>Series {number}</source><translation>Serie {number}</translation></message>
    <message><source>Instance {number}</source><translation>Instanz {number}</translation></message>
    <message><source>Instance</source><translation>Instanz</translation></message>
</context>
<context>
    <name>check_steps</name>
    <message><source>Name</source><translation>Name</translation></message>
    <message><source>Connection (TCP)</source><translation>Verbindung (TCP)</translation></message>
    <message><source>Encryption (TLS)</source><translation>Verschlüsselung (TLS)</translation></message>
    <message><source>Association</source><translation>Verbindung (DICOM)</translation></message>
    <message><source>Echo</source><translation>Echo</translation></message>
    <message><source>Capabilities</source><translation>Fähigkeiten</translation></message>
    <message><source>OK</source><translation>In Ordnung</translation></message>
    <message><source>Warning</source><translation>Warnung</translation></message>
    <message><source>Failed</source><translation>Fehlgeschlagen</translation></message>
    <message><source>Not tried</source><translation>Nicht versucht</translation></message>
    <message><source>Waiting</source><translation>Wartet</translation></message>
    <message><source>Under way</source><translation>Läuft</translation></message>
    <message><source>Stopped</source><translation>Angehalten</translation></message>
    <message><source>Likely cause: {cause}</source><translation>Wahrscheinliche Ursache: {cause}</translation></message>
    <message><source>Next: {advice}</source><translation>Als Nächstes: {advice}</translation></message>
    <message><source>Connection check of {peer}</source><translation>Prüfung der Verbindung zu {peer}</translation></message>
</context>
<context>
    <name>choice_nodes</name>
    <message><source>Peer</source><translation>Gegenstelle</translation></message>
    <message><source>chosen</source><translation>gewählt</translation></message>
</context>
<context>
    <name>deletion</name>
    <message><source>{count} file</source><translation>{count} Datei</translation></message>
    <message><source>{count} files</source><translation>{count} Dateien</translation></message>
    <message><source>{count} other folder</source><translation>{count} anderer Ordner</translation></message>
    <message><source>{count} other folders</source><translation>{count} andere Ordner</translation></message>
    <message><source>They are in {folders} and {rest}.</source><translation>Sie liegen in {folders} und {rest}.</translation></message>
    <message><source>They are in {folders}.</source><translation>Sie liegen in {folders}.</translation></message>
    <message><source>{count} file deleted</source><translation>{count} Datei gelöscht</translation></message>
    <message><source>{count} files deleted</source><translation>{count} Dateien gelöscht</translation></message>
    <message><source>Nothing of them is left in their folders.</source><translation>Nichts davon ist in den Ordnern geblieben.</translation></message>
    <message><source>{count} kept</source><translation>{count} behalten</translation></message>
</context>
<context>
    <name>disk_warning</name>
    <message><source>{size} free on the disk of {folder}. Make room, or choose another folder.</source><translation>{size} frei auf dem Datenträger von {folder}. Schaffen Sie Platz, oder wählen Sie einen anderen Ordner.</translation></message>
</context>
<context>
    <name>element_nodes</name>
    <message><source>Tag</source><translation>Tag</translation></message>
    <message><source>Name</source><translation>Name</translation></message>
    <message><source>VR</source><translation>VR</translation></message>
    <message><source>Length</source><translation>Länge</translation></message>
    <message><source>Value</source><translation>Wert</translation></message>
    <message><source>Item {number}</source><translation>Eintrag {number}</translation></message>
    <message><source>The value has {size}; at most the first {most} of it are shown.</source><translation>Der Wert hat {size}; höchstens die ersten {most} davon werden gezeigt.</translation></message>
    <message><source>private</source><translation>privat</translation></message>
    <message><source>unknown</source><translation>unbekannt</translation></message>
</context>
<context>
    <name>entries</name>
    <message><source>A folder is needed: what is received is stored there.</source><translation>Ein Ordner wird gebraucht: dort wird Empfangenes abgelegt.</translation></message>
</context>
<context>
    <name>extension_wording</name>
    <message><source>{bytes} … ({count} bytes)</source><translation>{bytes} … ({count} Bytes)</translation></message>
    <message><source>relational queries</source><translation>relationale Anfragen</translation></message>
    <message><source>date and time matched together</source><translation>Datum und Zeit zusammen verglichen</translation></message>
    <message><source>fuzzy matching of names</source><translation>unscharfer Vergleich von Namen</translation></message>
    <message><source>time zone adjustment</source><translation>Anpassung der Zeitzone</translation></message>
    <message><source>enhanced multi-frame conversion</source><translation>Umwandlung in erweiterte Mehrbilder</translation></message>
    <message><source>relational retrieval</source><translation>relationales Abrufen</translation></message>
    <message><source>no {what}</source><translation>kein {what}</translation></message>
    <message><source>{what}: unknown value {value}</source><translation>{what}: unbekannter Wert {value}</translation></message>
    <message><source>unknown value {value}</source><translation>unbekannter Wert {value}</translation></message>
    <message><source>level of support: {what}</source><translation>Grad der Unterstützung: {what}</translation></message>
    <message><source>2, everything is kept</source><translation>2, alles wird behalten</translation></message>
    <message><source>not stated</source><translation>nicht angegeben</translation></message>
    <message><source>digital signatures: {what}</source><translation>digitale Signaturen: {what}</translation></message>
    <message><source>elements: {what}</source><translation>Elemente: {what}</translation></message>
    <message><source>never changed</source><translation>nie geändert</translation></message>
    <message><source>may be changed</source><translation>vielleicht geändert</translation></message>
</context>
<context>
    <name>forecast_nodes</name>
    <message><source>What happens</source><translation>Was geschieht</translation></message>
    <message><source>SOP class</source><translation>SOP-Klasse</translation></message>
    <message><source>Encoding of the files</source><translation>Kodierung der Dateien</translation></message>
    <message><source>Instances</source><translation>Instanzen</translation></message>
    <message><source>Size</source><translation>Größe</translation></message>
    <message><source>Why</source><translation>Warum</translation></message>
    <message><source>As is</source><translation>Wie sie sind</translation></message>
    <message><source>Cannot go</source><translation>Kann nicht gehen</translation></message>
    <message><source>Converted to {syntax}</source><translation>Umgewandelt in {syntax}</translation></message>
    <message><source>and {count} more</source><translation>und {count} weitere</translation></message>
    <message><source>Not readable</source><translation>Nicht lesbar</translation></message>
</context>
<context>
    <name>form_values</name>
    <message><source>Today</source><translation>Heute</translation></message>
    <message><source>Yesterday</source><translation>Gestern</translation></message>
    <message><source>7 days</source><translation>7 Tage</translation></message>
    <message><source>30 days</source><translation>30 Tage</translation></message>
    <message><source>Year</source><translation>Jahr</translation></message>
    <message><source>Any date</source><translation>Immer</translation></message>
    <message><source>From … to</source><translation>Von … bis</translation></message>
    <message><source>A date is typed as 2026-11-20 or 20.11.2026.</source><translation>Ein Datum wird als 2026-11-20 oder 20.11.2026 geschrieben.</translation></message>
    <message><source>A key is a name or a tag, and perhaps a value: StationName=CT1 or (0008,1010)=CT1. {error}</source><translation>Ein Schlüssel ist ein Name oder ein Tag und vielleicht ein Wert: StationName=CT1 oder (0008,1010)=CT1. {error}</translation></message>
    <message><source>A worklist is asked for one modality at a time, or for all.</source><translation>Eine Arbeitsliste wird für eine Modalität gefragt, oder für alle.</translation></message>
</context>
<context>
    <name>given_up</name>
    <message><source>{state}, {count} instances</source><translation>{state}, {count} Instanzen</translation></message>
    <message><source>for different reasons, the last one: {reason}</source><translation>aus verschiedenen Gründen, zuletzt: {reason}</translation></message>
</context>
<context>
    <name>here</name>
    <message><source>Here</source><translation>Hier</translation></message>
    <message><source>All {count}</source><translation>Alle {count}</translation></message>
    <message><source>{count} of {total}</source><translation>{count} von {total}</translation></message>
</context>
<context>
    <name>history</name>
    <message><source>When</source><translation>Wann</translation></message>
    <message><source>What</source><translation>Was</translation></message>
    <message><source>To</source><translation>An</translation></message>
    <message><source>Stored</source><translation>Gespeichert</translation></message>
    <message><source>State</source><translation>Zustand</translation></message>
    <message><source>Why</source><translation>Warum</translation></message>
    <message><source>{stored} of {total}</source><translation>{stored} von {total}</translation></message>
    <message><source>{count} try</source><translation>{count} Versuch</translation></message>
    <message><source>{count} tries</source><translation>{count} Versuche</translation></message>
    <message><source>Try {number}</source><translation>Versuch {number}</translation></message>
    <message><source>{reason} (status {status})</source><translation>{reason} (Status {status})</translation></message>
</context>
<context>
    <name>import_dialog</name>
    <message><source>Added</source><translation>Hinzugefügt</translation></message>
    <message><source>Changed</source><translation>Geändert</translation></message>
    <message><source>Left out</source><translation>Ausgelassen</translation></message>
</context>
<context>
    <name>job_nodes</name>
    <message><source>Retrieve</source><translation>Abrufen</translation></message>
    <message><source>Instances</source><translation>Instanzen</translation></message>
    <message><source>State</source><translation>Zustand</translation></message>
    <message><source>Progress</source><translation>Fortschritt</translation></message>
    <message><source>Refused here</source><translation>Hier abgelehnt</translation></message>
    <message><source>Failed at peer</source><translation>Bei der Gegenstelle fehlgeschlagen</translation></message>
    <message><source>Missing</source><translation>Fehlt</translation></message>
    <message><source>{count} missing</source><translation>{count} fehlen</translation></message>
    <message><source>Waiting</source><translation>Wartet</translation></message>
    <message><source>Retrieving</source><translation>Wird abgerufen</translation></message>
    <message><source>Asking</source><translation>Wird gefragt</translation></message>
    <message><source>Stopping</source><translation>Wird angehalten</translation></message>
    <message><source>All here</source><translation>Alle hier</translation></message>
    <message><source>Sent</source><translation>Gesendet</translation></message>
    <message><source>With problems</source><translation>Mit Problemen</translation></message>
    <message><source>Failed</source><translation>Fehlgeschlagen</translation></message>
    <message><source>Cancelled</source><translation>Abgebrochen</translation></message>
    <message><source>to {peer}</source><translation>an {peer}</translation></message>
    <message><source> by {method}</source><translation> mit {method}</translation></message>
    <message><source>Automatic</source><translation>Von selbst</translation></message>
    <message><source>{first} and {count} more</source><translation>{first} und {count} weitere</translation></message>
    <message><source>from {peer}</source><translation>von {peer}</translation></message>
    <message><source>from {peer} to {destination}</source><translation>von {peer} an {destination}</translation></message>
</context>
<context>
    <name>keyboard</name>
    <message><source>These are no keys.</source><translation>Das ist keine Taste.</translation></message>
    <message><source>{keys} cannot be used: {reason}</source><translation>{keys} geht nicht: {reason}</translation></message>
    <message><source>one press has to be enough.</source><translation>Ein Tastendruck muss genügen.</translation></message>
    <message><source>it is needed to type. Add Ctrl or Alt.</source><translation>Die Taste wird zum Schreiben gebraucht. Nehmen Sie Strg oder Alt dazu.</translation></message>
    <message><source>it is needed to edit text.</source><translation>Sie wird zum Bearbeiten von Text gebraucht.</translation></message>
    <message><source>Alt and a letter open menus and press buttons.</source><translation>Alt mit einem Buchstaben öffnet Menüs und drückt Schaltflächen.</translation></message>
    <message><source>{keys} is taken by “{command}”.</source><translation>{keys} ist schon vergeben: „{command}“.</translation></message>
</context>
<context>
    <name>lists</name>
    <message><source>Line</source><translation>Zeile</translation></message>
    <message><source>Asks for</source><translation>Fragt nach</translation></message>
    <message><source>State</source><translation>Zustand</translation></message>
    <message><source>Found</source><translation>Gefunden</translation></message>
    <message><source>Instances</source><translation>Instanzen</translation></message>
    <message><source>Why</source><translation>Warum</translation></message>
    <message><source>To do</source><translation>Zu tun</translation></message>
    <message><source>Ambiguous</source><translation>Mehrdeutig</translation></message>
    <message><source>Not found</source><translation>Nicht gefunden</translation></message>
    <message><source>Fetched</source><translation>Geholt</translation></message>
    <message><source>Incomplete</source><translation>Unvollständig</translation></message>
    <message><source>Failed</source><translation>Fehlgeschlagen</translation></message>
    <message><source>Under way</source><translation>Läuft</translation></message>
    <message><source>Cannot be asked</source><translation>Kann nicht gefragt werden</translation></message>
    <message><source>The same as an earlier line</source><translation>Dasselbe wie eine frühere Zeile</translation></message>
    <message><source>Fewer digits than others</source><translation>Weniger Ziffern als andere</translation></message>
    <message><source>{stored} of {announced}</source><translation>{stored} von {announced}</translation></message>
    <message><source>The list was not worked through</source><translation>Die Liste wurde nicht abgearbeitet</translation></message>
    <message><source>This is no list that can be used</source><translation>Das ist keine brauchbare Liste</translation></message>
    <message><source>It can be taken up again, also after the window was closed.</source><translation>Sie kann wieder aufgenommen werden, auch nachdem das Fenster geschlossen war.</translation></message>
    <message><source>{count} line to ask for</source><translation>nach {count} Zeile zu fragen</translation></message>
    <message><source>{count} lines to ask for</source><translation>nach {count} Zeilen zu fragen</translation></message>
    <message><source>Fill up to {count} digits</source><translation>Auf {count} Ziffern auffüllen</translation></message>
    <message><source>The peer is told to end what is under way.</source><translation>Der Gegenstelle wird gesagt, zu beenden, was unterwegs ist.</translation></message>
    <message><source>Stopping…</source><translation>Wird angehalten…</translation></message>
    <message><source>{size} fetched</source><translation>{size} geholt</translation></message>
    <message><source>Line {line}, {value}: {state}</source><translation>Zeile {line}, {value}: {state}</translation></message>
    <message><source>about a minute left</source><translation>noch etwa eine Minute</translation></message>
    <message><source>about {count} minutes left</source><translation>noch etwa {count} Minuten</translation></message>
    <message><source>about {count} hours left</source><translation>noch etwa {count} Stunden</translation></message>
    <message><source>The peer is asked, nothing is fetched</source><translation>Die Gegenstelle wird gefragt, nichts wird geholt</translation></message>
    <message><source>What is found is fetched into {place} by {method}</source><translation>Was gefunden wird, wird mit {method} nach {place} geholt</translation></message>
    <message><source>What is found is sent to {place} by C-MOVE</source><translation>Was gefunden wird, wird mit C-MOVE an {place} gesendet</translation></message>
    <message><source>all studies where several fit</source><translation>alle Studien, wo mehrere passen</translation></message>
    <message><source>a pause of {count} s between lines</source><translation>eine Pause von {count} s zwischen Zeilen</translation></message>
    <message><source>{count} lines at once</source><translation>{count} Zeilen zugleich</translation></message>
    <message><source>only between {hours}</source><translation>nur zwischen {hours}</translation></message>
</context>
<context>
    <name>menu_bar</name>
    <message><source>Menu bar</source><translation>Menüleiste</translation></message>
    <message><source>&amp;File</source><translation>Da&amp;tei</translation></message>
    <message><source>&amp;Edit</source><translation>B&amp;earbeiten</translation></message>
    <message><source>&amp;View</source><translation>Ansic&amp;ht</translation></message>
    <message><source>&amp;Transfer</source><translation>Übertragung</translation></message>
    <message><source>T&amp;ools</source><translation>Extras</translation></message>
    <message><source>&amp;Help</source><translation>Hil&amp;fe</translation></message>
    <message><source>&amp;Undo	Ctrl+Z</source><translation>Rückgängig	Strg+Z</translation></message>
    <message><source>&amp;Redo	Ctrl+Shift+Z</source><translation>Wiederholen	Strg+Umschalt+Z</translation></message>
    <message><source>Cu&amp;t	Ctrl+X</source><translation>Ausschneiden	Strg+X</translation></message>
    <message><source>&amp;Copy	Ctrl+C</source><translation>Kopieren	Strg+C</translation></message>
    <message><source>&amp;Paste	Ctrl+V</source><translation>Einfügen	Strg+V</translation></message>
    <message><source>Select &amp;all	Ctrl+A</source><translation>Alles auswählen	Strg+A</translation></message>
    <message><source>&amp;Find</source><translation>Suchen</translation></message>
    <message><source>&amp;Look again</source><translation>Neu nachsehen</translation></message>
</context>
<context>
    <name>negotiation_nodes</name>
    <message><source>ID</source><translation>ID</translation></message>
    <message><source>SOP class</source><translation>SOP-Klasse</translation></message>
    <message><source>Result</source><translation>Ergebnis</translation></message>
    <message><source>Encoding</source><translation>Kodierung</translation></message>
    <message><source>Requestor is</source><translation>Anfragender ist</translation></message>
    <message><source>Why</source><translation>Warum</translation></message>
    <message><source>Time</source><translation>Zeit</translation></message>
    <message><source>No.</source><translation>Nr.</translation></message>
    <message><source>Message</source><translation>Nachricht</translation></message>
    <message><source>State</source><translation>Zustand</translation></message>
    <message><source>Status</source><translation>Status</translation></message>
    <message><source>Size</source><translation>Größe</translation></message>
    <message><source>What is said of it</source><translation>Was davon gesagt wird</translation></message>
    <message><source>{first} and {count} more</source><translation>{first} und {count} weitere</translation></message>
    <message><source>There was no association.</source><translation>Es gab keine Verbindung.</translation></message>
    <message><source>Not answered yet.</source><translation>Noch nicht beantwortet.</translation></message>
    <message><source>No roles were proposed: the requestor is SCU, the acceptor is SCP.</source><translation>Keine Rollen vorgeschlagen: der Anfragende ist SCU, der Annehmende SCP.</translation></message>
    <message><source>Proposed: the requestor is {roles}.</source><translation>Vorgeschlagen: der Anfragende ist {roles}.</translation></message>
    <message><source>Not answered: the requestor is SCU only.</source><translation>Nicht beantwortet: der Anfragende ist nur SCU.</translation></message>
    <message><source>Accepted: {roles}.</source><translation>Angenommen: {roles}.</translation></message>
    <message><source>Not negotiated</source><translation>Nicht ausgehandelt</translation></message>
    <message><source>SCU</source><translation>SCU</translation></message>
    <message><source>SCU/SCP</source><translation>SCU/SCP</translation></message>
    <message><source>SCP</source><translation>SCP</translation></message>
    <message><source>neither</source><translation>keines von beiden</translation></message>
    <message><source>Chosen</source><translation>Gewählt</translation></message>
    <message><source>Proposed</source><translation>Vorgeschlagen</translation></message>
    <message><source>C-STORE of {what}</source><translation>C-STORE von {what}</translation></message>
</context>
<context>
    <name>path_entry</name>
    <message><source>Add: {what}</source><translation>Hinzufügen: {what}</translation></message>
    <message><source>&amp;Files…</source><translation>Dateien…</translation></message>
    <message><source>F&amp;older…</source><translation>Ordner…</translation></message>
</context>
<context>
    <name>peer_formats</name>
    <message><source>Table (CSV)</source><translation>Tabelle (CSV)</translation></message>
    <message><source>Orthanc (DicomModalities)</source><translation>Orthanc (DicomModalities)</translation></message>
    <message><source>dcmqrscp.cfg (HostTable)</source><translation>dcmqrscp.cfg (HostTable)</translation></message>
    <message><source>Weasis (node XML)</source><translation>Weasis (Knoten als XML)</translation></message>
    <message><source>Address book (all but secrets)</source><translation>Adressbuch (alles außer Geheimnissen)</translation></message>
</context>
<context>
    <name>peer_rows</name>
    <message><source>Name</source><translation>Name</translation></message>
    <message><source>AE title</source><translation>AE-Titel</translation></message>
    <message><source>Address</source><translation>Adresse</translation></message>
    <message><source>Own AE title</source><translation>Eigener AE-Titel</translation></message>
    <message><source>Last check</source><translation>Letzte Prüfung</translation></message>
    <message><source>Never checked</source><translation>Nie geprüft</translation></message>
    <message><source>In order</source><translation>In Ordnung</translation></message>
    <message><source>Warning</source><translation>Warnung</translation></message>
    <message><source>Failed</source><translation>Fehlgeschlagen</translation></message>
    <message><source>Checking…</source><translation>Wird geprüft…</translation></message>
    <message><source>{count} problem</source><translation>{count} Problem</translation></message>
    <message><source>{count} problems</source><translation>{count} Probleme</translation></message>
</context>
<context>
    <name>peer_setup</name>
    <message><source>The security settings cannot be used</source><translation>Die Sicherheitseinstellungen können nicht verwendet werden</translation></message>
</context>
<context>
    <name>preflight_flow</name>
    <message><source>Checking how everything would go to {peer}…</source><translation>Es wird geprüft, wie alles zu {peer} ginge…</translation></message>
    <message><source>Nothing is sent.</source><translation>Es wird nichts gesendet.</translation></message>
    <message><source>{done} of {total} looked at. Nothing is sent.</source><translation>{done} von {total} angesehen. Es wird nichts gesendet.</translation></message>
    <message><source>Stopped: not everything was looked at</source><translation>Angehalten: nicht alles wurde angesehen</translation></message>
    <message><source>There is nothing that could be sent.</source><translation>Es gibt nichts, was gesendet werden könnte.</translation></message>
    <message><source>Nothing could go to {peer}</source><translation>Nichts könnte zu {peer} gehen</translation></message>
    <message><source>{count} as they are</source><translation>{count} wie sie sind</translation></message>
    <message><source>{count} converted</source><translation>{count} umgewandelt</translation></message>
    <message><source>All {instances} can go to {peer}</source><translation>Alle {instances} können zu {peer} gehen</translation></message>
    <message><source>{count} of {total} cannot go to {peer}</source><translation>{count} von {total} können nicht zu {peer} gehen</translation></message>
    <message><source>{going} can go. Select a row to see why, and what would help.</source><translation>{going} können gehen. Wählen Sie eine Zeile, um zu sehen, warum und was hilft.</translation></message>
    <message><source>None of the others</source><translation>Keine der anderen</translation></message>
</context>
<context>
    <name>query_menus</name>
    <message><source>&amp;Save this query…</source><translation>Diese Anfrage speichern…</translation></message>
    <message><source>&amp;Forget</source><translation>Vergessen</translation></message>
    <message><source>Saved</source><translation>Gespeichert</translation></message>
    <message><source>Recent</source><translation>Zuletzt</translation></message>
    <message><source>&amp;Ask again, and mark what is new</source><translation>Noch einmal fragen und Neues markieren</translation></message>
    <message><source>Ask again &amp;every</source><translation>Immer wieder fragen, alle</translation></message>
    <message><source>Copy as &amp;command</source><translation>Als Befehl kopieren</translation></message>
    <message><source>Save results as C&amp;SV…</source><translation>Ergebnisse als CSV speichern…</translation></message>
    <message><source>Save results as &amp;JSON…</source><translation>Ergebnisse als JSON speichern…</translation></message>
    <message><source>Empty the &amp;form</source><translation>Das Formular leeren</translation></message>
    <message><source>Everything</source><translation>Alles</translation></message>
    <message><source>Never</source><translation>Nie</translation></message>
    <message><source>{count} minute</source><translation>{count} Minute</translation></message>
    <message><source>{count} minutes</source><translation>{count} Minuten</translation></message>
</context>
<context>
    <name>query_words</name>
    <message><source>{count} scheduled step</source><translation>{count} geplanter Schritt</translation></message>
    <message><source>{count} scheduled steps</source><translation>{count} geplante Schritte</translation></message>
    <message><source>{count} patient</source><translation>{count} Patient</translation></message>
    <message><source>{count} patients</source><translation>{count} Patienten</translation></message>
    <message><source>{count} study</source><translation>{count} Studie</translation></message>
    <message><source>{count} studies</source><translation>{count} Studien</translation></message>
    <message><source>Nothing was asked yet</source><translation>Noch wurde nichts gefragt</translation></message>
    <message><source>Choose peers at the top or type one, fill in what you know, and press Query.</source><translation>Wählen Sie oben Gegenstellen oder schreiben Sie eine, füllen Sie aus, was Sie wissen, und drücken Sie Suchen.</translation></message>
    <message><source>Stopped. {found} had come</source><translation>Angehalten. {found} waren da</translation></message>
    <message><source>Ask again</source><translation>Noch einmal fragen</translation></message>
    <message><source>{peer} {count}…</source><translation>{peer} {count}…</translation></message>
    <message><source>{peer} {count}</source><translation>{peer} {count}</translation></message>
    <message><source>{peer} {count} (cut)</source><translation>{peer} {count} (gekürzt)</translation></message>
    <message><source>{peer} failed</source><translation>{peer} fehlgeschlagen</translation></message>
    <message><source>{peer} {count} (stopped)</source><translation>{peer} {count} (angehalten)</translation></message>
    <message><source>{count} answer cannot be read</source><translation>{count} Antwort kann nicht gelesen werden</translation></message>
    <message><source>{count} answers cannot be read</source><translation>{count} Antworten können nicht gelesen werden</translation></message>
    <message><source>{count} answer says another level</source><translation>{count} Antwort nennt eine andere Ebene</translation></message>
    <message><source>{count} answers say another level</source><translation>{count} Antworten nennen eine andere Ebene</translation></message>
    <message><source>{count} answer has no UID or ID, and cannot be opened or retrieved</source><translation>{count} Antwort hat keine UID oder ID und kann nicht geöffnet oder abgerufen werden</translation></message>
    <message><source>{count} answers have no UID or ID, and cannot be opened or retrieved</source><translation>{count} Antworten haben keine UID oder ID und können nicht geöffnet oder abgerufen werden</translation></message>
    <message><source>{count} answer came twice</source><translation>{count} Antwort kam doppelt</translation></message>
    <message><source>{count} answers came twice</source><translation>{count} Antworten kamen doppelt</translation></message>
    <message><source>for {count} answer not all keys were taken into account</source><translation>bei {count} Antwort wurden nicht alle Schlüssel berücksichtigt</translation></message>
    <message><source>for {count} answers not all keys were taken into account</source><translation>bei {count} Antworten wurden nicht alle Schlüssel berücksichtigt</translation></message>
    <message><source>{count} answer has text that its character set cannot have</source><translation>{count} Antwort hat Text, den ihr Zeichensatz nicht haben kann</translation></message>
    <message><source>{count} answers have text that their character set cannot have</source><translation>{count} Antworten haben Text, den ihr Zeichensatz nicht haben kann</translation></message>
    <message><source>{peer}: {words}.</source><translation>{peer}: {words}.</translation></message>
    <message><source>Asking {peers}… {found} so far</source><translation>{peers} werden gefragt… bisher {found}</translation></message>
    <message><source>Escape stops it; what has come stays.</source><translation>Esc hält an; was da ist, bleibt.</translation></message>
    <message><source>{peers} broke off; {found} had come</source><translation>{peers} brach ab; {found} waren da</translation></message>
    <message><source>{peers} did not answer the query</source><translation>{peers} hat nicht auf die Anfrage geantwortet</translation></message>
    <message><source>Asking again for parts of the date range, until none is cut, brings the rest.</source><translation>Teile des Zeitraums einzeln zu fragen, bis nichts mehr gekürzt ist, bringt den Rest.</translation></message>
    <message><source>Get the rest by dates</source><translation>Den Rest nach Daten holen</translation></message>
    <message><source>Narrow the query: a longer part of the name, fewer days, one modality.</source><translation>Engen Sie die Anfrage ein: mehr vom Namen, weniger Tage, eine Modalität.</translation></message>
    <message><source>{found}, and there may be more</source><translation>{found}, und vielleicht gibt es mehr</translation></message>
    <message><source>{passing} of {found} pass the filter</source><translation>{passing} von {found} passen zum Filter</translation></message>
    <message><source>Right opens a row, Return retrieves what is chosen.</source><translation>Rechts öffnet eine Zeile, Eingabe ruft das Gewählte ab.</translation></message>
    <message><source>{peers} found nothing</source><translation>{peers} hat nichts gefunden</translation></message>
    <message><source>Try less: the beginning of the name, any date, no modality. Some peers answer nothing to a query without keys.</source><translation>Versuchen Sie es mit weniger: Anfang des Namens, jedes Datum, keine Modalität. Manche Gegenstellen antworten auf eine Anfrage ohne Schlüssel nichts.</translation></message>
    <message><source>{count} answer</source><translation>{count} Antwort</translation></message>
    <message><source>{count} answers</source><translation>{count} Antworten</translation></message>
    <message><source>{peer}: {answers}.</source><translation>{peer}: {answers}.</translation></message>
</context>
<context>
    <name>receive_details</name>
    <message><source>{count} not stored: {name}</source><translation>{count} nicht gespeichert: {name}</translation></message>
    <message><source>It came {count} times.</source><translation>Sie kam {count} Mal.</translation></message>
    <message><source>Its file is not kept.</source><translation>Ihre Datei ist nicht mehr da.</translation></message>
    <message><source>The instance could not be stored.</source><translation>Die Instanz konnte nicht gespeichert werden.</translation></message>
    <message><source>Came from {first} to {last}.</source><translation>Kam von {first} bis {last}.</translation></message>
    <message><source>{count} are missing: have them sent again, or retrieve the study.</source><translation>{count} fehlen: lassen Sie sie noch einmal senden, oder rufen Sie die Studie ab.</translation></message>
    <message><source>Complete.</source><translation>Vollständig.</translation></message>
    <message><source>More than there should be.</source><translation>Mehr, als es sein sollten.</translation></message>
    <message><source>What it wanted to send is not accepted here: choose beside Start what is, or a profile that has it; Associations shows what was proposed.</source><translation>Was sie senden wollte, wird hier nicht angenommen: wählen Sie neben Start, was angenommen wird, oder ein Profil, das es hat; Verbindungen zeigt, was vorgeschlagen wurde.</translation></message>
    <message><source>{peer} was refused</source><translation>{peer} wurde abgelehnt</translation></message>
    <message><source>A peer</source><translation>Eine Gegenstelle</translation></message>
    <message><source>{peer} was refused; {count} refusals so far</source><translation>{peer} wurde abgelehnt; bisher {count} Ablehnungen</translation></message>
    <message><source>Trouble with a connection from {host}</source><translation>Schwierigkeiten mit einer Verbindung von {host}</translation></message>
    <message><source>Trouble while listening</source><translation>Schwierigkeiten beim Lauschen</translation></message>
    <message><source>Could not receive association request: {reason}</source><translation>Eine Verbindungsanfrage konnte nicht empfangen werden: {reason}</translation></message>
    <message><source>Cannot store received object: {fault}</source><translation>Ein empfangenes Objekt kann nicht gespeichert werden: {fault}</translation></message>
    <message><source>The command for a received study ended with exit code {exit_code}</source><translation>Der Befehl für eine empfangene Studie endete mit dem Code {exit_code}</translation></message>
    <message><source>The security settings could not be read</source><translation>Die Sicherheitseinstellungen konnten nicht gelesen werden</translation></message>
    <message><source>{problem} Look through them and save them before listening: nobody is let in by mistake.</source><translation>{problem} Sehen Sie sie durch und speichern Sie sie, bevor Sie lauschen: niemand wird aus Versehen eingelassen.</translation></message>
    <message><source>Not listening: the listener's key needs its pass phrase</source><translation>Lauscht nicht: der Schlüssel braucht seine Passphrase</translation></message>
    <message><source>Press Start and enter it. Kept in the keyring, it is not asked for again.</source><translation>Drücken Sie Start und geben Sie sie ein. Im Schlüsselbund aufbewahrt, wird nicht mehr danach gefragt.</translation></message>
    <message><source>Today {instances} of {studies}, {size}</source><translation>Heute {instances} aus {studies}, {size}</translation></message>
    <message><source>{count} study</source><translation>{count} Studie</translation></message>
    <message><source>{count} studies</source><translation>{count} Studien</translation></message>
    <message><source>Stopping: waiting for {count} open association</source><translation>Hält an: wartet auf {count} offene Verbindung</translation></message>
    <message><source>Stopping: waiting for {count} open associations</source><translation>Hält an: wartet auf {count} offene Verbindungen</translation></message>
    <message><source>Press Stop now to break them off.</source><translation>Drücken Sie „Sofort anhalten“, um sie abzubrechen.</translation></message>
    <message><source>{instances} of {studies} received</source><translation>{instances} aus {studies} empfangen</translation></message>
    <message><source>Ready to receive</source><translation>Bereit zu empfangen</translation></message>
    <message><source>Not listening now.</source><translation>Lauscht jetzt nicht.</translation></message>
    <message><source>Not listening</source><translation>Lauscht nicht</translation></message>
    <message><source>Choose an AE title, a port and a folder, then press Start.</source><translation>Wählen Sie AE-Titel, Port und Ordner und drücken Sie Start.</translation></message>
    <message><source>Another port may help; ports below 1024 need special rights.</source><translation>Ein anderer Port kann helfen; Ports unter 1024 brauchen besondere Rechte.</translation></message>
    <message><source>Choose another profile, or take everything.</source><translation>Wählen Sie ein anderes Profil, oder nehmen Sie alles an.</translation></message>
    <message><source>Another folder may help, or the right to write into this one.</source><translation>Ein anderer Ordner kann helfen, oder das Recht, in diesen zu schreiben.</translation></message>
    <message><source>Cannot listen</source><translation>Kann nicht lauschen</translation></message>
</context>
<context>
    <name>received_nodes</name>
    <message><source>Patient / study / series</source><translation>Patient / Studie / Serie</translation></message>
    <message><source>Modality</source><translation>Modalität</translation></message>
    <message><source>Series</source><translation>Serie</translation></message>
    <message><source>Instances</source><translation>Instanzen</translation></message>
    <message><source>Size</source><translation>Größe</translation></message>
    <message><source>From</source><translation>Von</translation></message>
    <message><source>Arrived</source><translation>Eingetroffen</translation></message>
    <message><source>State</source><translation>Zustand</translation></message>
    <message><source>Rate</source><translation>Rate</translation></message>
    <message><source>Quiet for {time}</source><translation>Ruhig seit {time}</translation></message>
    <message><source>{count} not stored</source><translation>{count} nicht gespeichert</translation></message>
    <message><source>{count} missing</source><translation>{count} fehlen</translation></message>
    <message><source>Complete</source><translation>Vollständig</translation></message>
    <message><source>{count} here</source><translation>{count} hier</translation></message>
    <message><source>{count} of {expected} here</source><translation>{count} von {expected} hier</translation></message>
    <message><source>{count} again</source><translation>{count} wieder</translation></message>
    <message><source>{here} here, {again} again</source><translation>{here} hier, {again} wieder</translation></message>
    <message><source>{here} of {expected}, {again} again</source><translation>{here} von {expected}, {again} wieder</translation></message>
    <message><source>First at {first}, last at {last}</source><translation>Zuerst um {first}, zuletzt um {last}</translation></message>
    <message><source>and {count} more</source><translation>und {count} weitere</translation></message>
    <message><source>came {count} times</source><translation>kam {count} Mal</translation></message>
</context>
<context>
    <name>received_studies</name>
    <message><source>{count} instance not stored</source><translation>{count} Instanz nicht gespeichert</translation></message>
    <message><source>{count} instances not stored</source><translation>{count} Instanzen nicht gespeichert</translation></message>
</context>
<context>
    <name>result_nodes</name>
    <message><source>New</source><translation>Neu</translation></message>
</context>
<context>
    <name>retrieve_words</name>
    <message><source>{count} here before</source><translation>{count} waren schon hier</translation></message>
    <message><source>{count} announced</source><translation>{count} angekündigt</translation></message>
    <message><source>{peer} reports {sent} sent</source><translation>{peer} meldet {sent} gesendet</translation></message>
    <message><source> and {count} failed</source><translation> und {count} fehlgeschlagen</translation></message>
    <message><source>{count} arrived</source><translation>{count} eingetroffen</translation></message>
    <message><source>{count} stored</source><translation>{count} gespeichert</translation></message>
    <message><source>{count} missing</source><translation>{count} fehlen</translation></message>
    <message><source>{time} left</source><translation>noch {time}</translation></message>
    <message><source>More came than was announced: the study has grown meanwhile. Retrieve again later, to have what is added still</source><translation>Es kam mehr als angekündigt: die Studie ist inzwischen gewachsen. Rufen Sie später noch einmal ab, was noch dazukommt</translation></message>
    <message><source>{way} into {folder}</source><translation>{way} nach {folder}</translation></message>
    <message><source>and {count} more</source><translation>und {count} weitere</translation></message>
</context>
<context>
    <name>row_actions</name>
    <message><source>{count} study</source><translation>{count} Studie</translation></message>
    <message><source>{count} studies</source><translation>{count} Studien</translation></message>
    <message><source>{count} series</source><translation>{count} Serien</translation></message>
    <message><source>{count} instance</source><translation>{count} Instanz</translation></message>
    <message><source>{count} instances</source><translation>{count} Instanzen</translation></message>
    <message><source>{count} row</source><translation>{count} Zeile</translation></message>
    <message><source>{count} rows</source><translation>{count} Zeilen</translation></message>
</context>
<context>
    <name>rule_answers</name>
    <message><source>No instance</source><translation>Keine Instanz</translation></message>
    <message><source>{goes} of {count} would go somewhere. Nothing is sent by this.</source><translation>{goes} von {count} würden irgendwohin gehen. Dadurch wird nichts gesendet.</translation></message>
    <message><source>{count} study</source><translation>{count} Studie</translation></message>
    <message><source>{count} studies</source><translation>{count} Studien</translation></message>
    <message><source>Only the first {count} files were looked at.</source><translation>Nur die ersten {count} Dateien wurden angesehen.</translation></message>
    <message><source>{count} instance</source><translation>{count} Instanz</translation></message>
    <message><source>{count} instances</source><translation>{count} Instanzen</translation></message>
    <message><source>Goes</source><translation>Geht</translation></message>
    <message><source>Goes nowhere</source><translation>Geht nirgendwohin</translation></message>
    <message><source>No</source><translation>Nein</translation></message>
    <message><source>{count} to {peer}</source><translation>{count} an {peer}</translation></message>
    <message><source>Waits</source><translation>Wartet</translation></message>
    <message><source>Yes</source><translation>Ja</translation></message>
</context>
<context>
    <name>rule_rows</name>
    <message><source>Order</source><translation>Reihenfolge</translation></message>
    <message><source>Rule</source><translation>Regel</translation></message>
    <message><source>State</source><translation>Zustand</translation></message>
    <message><source>Last action</source><translation>Letzte Handlung</translation></message>
    <message><source>Today</source><translation>Heute</translation></message>
    <message><source>Off</source><translation>Aus</translation></message>
    <message><source>Needs attention</source><translation>Braucht Aufmerksamkeit</translation></message>
    <message><source>Sends at {time}</source><translation>Sendet um {time}</translation></message>
    <message><source>On</source><translation>An</translation></message>
    <message><source>nothing yet</source><translation>noch nichts</translation></message>
</context>
<context>
    <name>send_details</name>
    <message><source>Not sent: {reason}</source><translation>Nicht gesendet: {reason}</translation></message>
    <message><source>{stored} of {instances} stored</source><translation>{stored} von {instances} gespeichert</translation></message>
    <message><source>{count} not stored</source><translation>{count} nicht gespeichert</translation></message>
    <message><source>{count} study selected</source><translation>{count} Studie ausgewählt</translation></message>
    <message><source>{count} studies selected</source><translation>{count} Studien ausgewählt</translation></message>
    <message><source>no peer yet</source><translation>noch keine Gegenstelle</translation></message>
    <message><source>{state}: it goes to {peer} then</source><translation>{state}: dann geht es an {peer}</translation></message>
    <message><source>Paused: it goes to {peer} when you let it go on</source><translation>Angehalten: es geht an {peer}, wenn Sie es weitergehen lassen</translation></message>
    <message><source>Cancelled: nothing more of it goes to {peer}</source><translation>Abgebrochen: davon geht nichts mehr an {peer}</translation></message>
    <message><source>{peer} refused {instances}</source><translation>{peer} hat {instances} abgelehnt</translation></message>
    <message><source>{instances} failed on the way to {peer}</source><translation>{instances} sind auf dem Weg zu {peer} fehlgeschlagen</translation></message>
    <message><source>{instances} could not be sent to {peer}</source><translation>{instances} konnten nicht an {peer} gesendet werden</translation></message>
    <message><source>The peer</source><translation>Die Gegenstelle</translation></message>
    <message><source>{count} try</source><translation>{count} Versuch</translation></message>
    <message><source>{count} tries</source><translation>{count} Versuche</translation></message>
    <message><source>Stored by {peer}</source><translation>Von {peer} gespeichert</translation></message>
    <message><source>Stored by {peer}, with a warning</source><translation>Von {peer} gespeichert, mit einer Warnung</translation></message>
    <message><source>Refused by {peer}</source><translation>Von {peer} abgelehnt</translation></message>
    <message><source>the peer</source><translation>die Gegenstelle</translation></message>
    <message><source>Accession number {number}.</source><translation>Auftragsnummer {number}.</translation></message>
    <message><source>Press Send to start.</source><translation>Drücken Sie Senden, um zu beginnen.</translation></message>
    <message><source>{instances}, {size}</source><translation>{instances}, {size}</translation></message>
    <message><source>({count} more reason)</source><translation>({count} weiterer Grund)</translation></message>
    <message><source>({count} more reasons)</source><translation>({count} weitere Gründe)</translation></message>
    <message><source>Status {status}.</source><translation>Status {status}.</translation></message>
    <message><source>{count} file is not sent</source><translation>{count} Datei wird nicht gesendet</translation></message>
    <message><source>{count} files are not sent</source><translation>{count} Dateien werden nicht gesendet</translation></message>
    <message><source>They were found among what you added. Open the row to see each one.</source><translation>Sie waren unter dem, was Sie hinzugefügt haben. Öffnen Sie die Zeile, um jede zu sehen.</translation></message>
    <message><source>Getting ready to send to {peer}…</source><translation>Das Senden an {peer} wird vorbereitet…</translation></message>
    <message><source>{done} of {total}</source><translation>{done} von {total}</translation></message>
    <message><source>about {time} left</source><translation>noch etwa {time}</translation></message>
    <message><source>{count} associations</source><translation>{count} Verbindungen</translation></message>
    <message><source>Sending to {peer}: {done} of {total}</source><translation>Sendet an {peer}: {done} von {total}</translation></message>
    <message><source>{count} study waits.</source><translation>{count} Studie wartet.</translation></message>
    <message><source>{count} studies wait.</source><translation>{count} Studien warten.</translation></message>
    <message><source>{count} study is paused</source><translation>{count} Studie ist angehalten</translation></message>
    <message><source>{count} studies are paused</source><translation>{count} Studien sind angehalten</translation></message>
    <message><source>Press Go on when they shall go.</source><translation>Drücken Sie Fortfahren, wenn sie gehen sollen.</translation></message>
    <message><source>Paused. {instances} stored by {peer}</source><translation>Angehalten. {instances} von {peer} gespeichert</translation></message>
    <message><source>What was not sent waits in the list. Press Go on when it shall go.</source><translation>Was nicht gesendet wurde, wartet in der Liste. Drücken Sie Fortfahren, wenn es gehen soll.</translation></message>
    <message><source>Check host, port and AE titles with Echo, then send again.</source><translation>Prüfen Sie Rechner, Port und AE-Titel mit Echo und senden Sie dann noch einmal.</translation></message>
    <message><source>Nothing more could be sent to {peer}</source><translation>An {peer} konnte nichts mehr gesendet werden</translation></message>
    <message><source>{stored} stored by {peer}, {count} not</source><translation>{stored} von {peer} gespeichert, {count} nicht</translation></message>
    <message><source>Select a row marked in red to see why, and what to do about it.</source><translation>Wählen Sie eine rot markierte Zeile, um zu sehen, warum und was zu tun ist.</translation></message>
    <message><source>All {instances} stored by {peer}</source><translation>Alle {instances} von {peer} gespeichert</translation></message>
    <message><source>The peer confirmed each one.</source><translation>Die Gegenstelle hat jede bestätigt.</translation></message>
    <message><source>Echo answered in {time}.</source><translation>Echo nach {time} beantwortet.</translation></message>
    <message><source>Connecting and negotiating took {time}.</source><translation>Verbinden und Aushandeln dauerte {time}.</translation></message>
    <message><source>{peer} answered</source><translation>{peer} hat geantwortet</translation></message>
    <message><source>{peer} answered, but not with Success</source><translation>{peer} hat geantwortet, aber nicht mit Erfolg</translation></message>
    <message><source>{peer} did not answer the echo</source><translation>{peer} hat das Echo nicht beantwortet</translation></message>
    <message><source>{peer} could not be asked</source><translation>{peer} konnte nicht gefragt werden</translation></message>
    <message><source>Reading was stopped: {count} instance is listed, the rest was not looked at</source><translation>Das Lesen wurde angehalten: {count} Instanz steht in der Liste, der Rest wurde nicht angesehen</translation></message>
    <message><source>Reading was stopped: {count} instances are listed, the rest was not looked at</source><translation>Das Lesen wurde angehalten: {count} Instanzen stehen in der Liste, der Rest wurde nicht angesehen</translation></message>
    <message><source>Add it again to have all of it, or send what is listed.</source><translation>Fügen Sie es noch einmal hinzu, um alles zu haben, oder senden Sie, was in der Liste steht.</translation></message>
    <message><source>Nothing to send was found: {count} file is not DICOM, or not readable</source><translation>Nichts zu senden gefunden: {count} Datei ist kein DICOM oder nicht lesbar</translation></message>
    <message><source>Nothing to send was found: {count} files are not DICOM, or not readable</source><translation>Nichts zu senden gefunden: {count} Dateien sind kein DICOM oder nicht lesbar</translation></message>
    <message><source>Open the row of skipped files to see each one with its reason.</source><translation>Öffnen Sie die Zeile der übergangenen Dateien, um jede mit ihrem Grund zu sehen.</translation></message>
</context>
<context>
    <name>send_nodes</name>
    <message><source>Patient / study / series</source><translation>Patient / Studie / Serie</translation></message>
    <message><source>Date</source><translation>Datum</translation></message>
    <message><source>To</source><translation>An</translation></message>
    <message><source>Modality</source><translation>Modalität</translation></message>
    <message><source>Stored</source><translation>Gespeichert</translation></message>
    <message><source>Size</source><translation>Größe</translation></message>
    <message><source>State</source><translation>Zustand</translation></message>
    <message><source>Progress</source><translation>Fortschritt</translation></message>
    <message><source>Rate</source><translation>Rate</translation></message>
    <message><source>Left</source><translation>Rest</translation></message>
    <message><source>{count} problems</source><translation>{count} Probleme</translation></message>
    <message><source>{count} not stored</source><translation>{count} nicht gespeichert</translation></message>
    <message><source>{count} waiting</source><translation>{count} warten</translation></message>
    <message><source>{stored} of {total} stored</source><translation>{stored} von {total} gespeichert</translation></message>
    <message><source>{stored} of {total}</source><translation>{stored} von {total}</translation></message>
    <message><source>{state}, {tries}</source><translation>{state}, {tries}</translation></message>
    <message><source>{count} try</source><translation>{count} Versuch</translation></message>
    <message><source>{count} tries</source><translation>{count} Versuche</translation></message>
    <message><source>Next try in {time}</source><translation>Nächster Versuch in {time}</translation></message>
    <message><source>Waits until {time}</source><translation>Wartet bis {time}</translation></message>
    <message><source>Files that are not sent</source><translation>Dateien, die nicht gesendet werden</translation></message>
    <message><source>not DICOM, or not readable</source><translation>kein DICOM oder nicht lesbar</translation></message>
</context>
<context>
    <name>senders</name>
    <message><source>{title} at {address}</source><translation>{title} auf {address}</translation></message>
    <message><source>no AE title</source><translation>kein AE-Titel</translation></message>
    <message><source>From {sender}.</source><translation>Von {sender}.</translation></message>
    <message><source>others: {count}</source><translation>andere: {count}</translation></message>
    <message><source>From {senders}.</source><translation>Von {senders}.</translation></message>
</context>
<context>
    <name>settings</name>
    <message><source>General</source><translation>Allgemein</translation></message>
    <message><source>Folder of this profile</source><translation>Ordner dieses Profils</translation></message>
    <message><source>Open the folder</source><translation>Ordner öffnen</translation></message>
    <message><source>Listen, where that was begun by hand before</source><translation>Lauschen, wo das schon von Hand begonnen wurde</translation></message>
    <message><source>Go on with what waits to be sent</source><translation>Fortfahren mit dem, was zu senden ist</translation></message>
    <message><source>Icon in the tray, where there is one</source><translation>Symbol im Infobereich, wo es einen gibt</translation></message>
    <message><source>Closing the window leaves the program in the tray</source><translation>Schließen des Fensters lässt das Programm im Infobereich</translation></message>
    <message><source>Tell of what has ended while the window is not in front</source><translation>Von Beendetem berichten, wenn das Fenster nicht vorn ist</translation></message>
    <message><source>Days that history is kept</source><translation>Tage, die der Verlauf bleibt</translation></message>
    <message><source>for ever</source><translation>für immer</translation></message>
    <message><source>Profile</source><translation>Profil</translation></message>
    <message><source>At the start</source><translation>Beim Start</translation></message>
    <message><source>Desktop</source><translation>Desktop</translation></message>
    <message><source>History, days</source><translation>Verlauf, Tage</translation></message>
    <message><source>It is a number of days, or nothing to keep it for ever.</source><translation>Eine Zahl von Tagen, oder nichts, um ihn für immer zu behalten.</translation></message>
    <message><source>Appearance</source><translation>Darstellung</translation></message>
    <message><source>As the system</source><translation>Wie das System</translation></message>
    <message><source>Light</source><translation>Hell</translation></message>
    <message><source>Dark</source><translation>Dunkel</translation></message>
    <message><source>As the screen</source><translation>Wie der Bildschirm</translation></message>
    <message><source>Colours</source><translation>Farben</translation></message>
    <message><source>Language</source><translation>Sprache</translation></message>
    <message><source>Size</source><translation>Größe</translation></message>
    <message><source>Another language, and another size, hold when the program starts again.</source><translation>Eine andere Sprache und eine andere Größe gelten, wenn das Programm wieder startet.</translation></message>
    <message><source>Network</source><translation>Netzwerk</translation></message>
    <message><source>Own AE title when calling</source><translation>Eigener AE-Titel beim Anrufen</translation></message>
    <message><source>Own AE title when listening</source><translation>Eigener AE-Titel beim Lauschen</translation></message>
    <message><source>Port to listen on</source><translation>Port, auf dem gelauscht wird</translation></message>
    <message><source>Port of new peers</source><translation>Port neuer Gegenstellen</translation></message>
    <message><source>Seconds to connect</source><translation>Sekunden zum Verbinden</translation></message>
    <message><source>Seconds for an association</source><translation>Sekunden für eine Verbindung</translation></message>
    <message><source>Seconds for a message</source><translation>Sekunden für eine Nachricht</translation></message>
    <message><source>Seconds without progress</source><translation>Sekunden ohne Fortschritt</translation></message>
    <message><source>no limit</source><translation>keine Grenze</translation></message>
    <message><source>Calls as</source><translation>Ruft als</translation></message>
    <message><source>Listens as</source><translation>Lauscht als</translation></message>
    <message><source>Port</source><translation>Port</translation></message>
    <message><source>This machine</source><translation>Dieser Rechner</translation></message>
    <message><source>New peers begin with</source><translation>Neue Gegenstellen beginnen mit</translation></message>
    <message><source>Storage</source><translation>Ablage</translation></message>
    <message><source>Folder for what is received</source><translation>Ordner für Empfangenes</translation></message>
    <message><source>Choose the folder</source><translation>Ordner wählen</translation></message>
    <message><source>Folder</source><translation>Ordner</translation></message>
    <message><source>Where the listener is at work, this holds when it is started the next time.</source><translation>Wo schon gelauscht wird, gilt dies beim nächsten Start.</translation></message>
    <message><source>Log and privacy</source><translation>Protokoll, Privates</translation></message>
    <message><source>Everything</source><translation>Alles</translation></message>
    <message><source>Information</source><translation>Informationen</translation></message>
    <message><source>Warnings</source><translation>Warnungen</translation></message>
    <message><source>Errors</source><translation>Fehler</translation></message>
    <message><source>Keep it in files, 2 MB at most</source><translation>In Dateien aufbewahren, höchstens 2 MB</translation></message>
    <message><source>Show names of patients in messages of associations</source><translation>Namen von Patienten in Nachrichten der Verbindungen zeigen</translation></message>
    <message><source>Log</source><translation>Protokoll</translation></message>
    <message><source>Privacy</source><translation>Privates</translation></message>
    <message><source>The log and its files never have names of patients, passwords or paths of instances.</source><translation>Das Protokoll und seine Dateien haben nie Namen von Patienten, Kennwörter oder Pfade von Instanzen.</translation></message>
    <message><source>Seconds are a number such as 30, or nothing for no limit.</source><translation>Sekunden sind eine Zahl wie 30, oder nichts für keine Grenze.</translation></message>
</context>
<context>
    <name>states</name>
    <message><source>Waiting</source><translation>Wartet</translation></message>
    <message><source>Ready</source><translation>Bereit</translation></message>
    <message><source>Paused</source><translation>Angehalten</translation></message>
    <message><source>Tried again</source><translation>Erneut versucht</translation></message>
    <message><source>Cancelled</source><translation>Abgebrochen</translation></message>
    <message><source>Sending</source><translation>Wird gesendet</translation></message>
    <message><source>Receiving</source><translation>Wird empfangen</translation></message>
    <message><source>Quiet</source><translation>Ruhig</translation></message>
    <message><source>Stored</source><translation>Gespeichert</translation></message>
    <message><source>Warning</source><translation>Warnung</translation></message>
    <message><source>Refused</source><translation>Abgelehnt</translation></message>
    <message><source>Failed</source><translation>Fehlgeschlagen</translation></message>
    <message><source>Not sent</source><translation>Nicht gesendet</translation></message>
    <message><source>Skipped</source><translation>Übergangen</translation></message>
</context>
<context>
    <name>study_words</name>
    <message><source>No patient name</source><translation>Kein Patientenname</translation></message>
    <message><source>Series without description</source><translation>Serie ohne Beschreibung</translation></message>
</context>
<context>
    <name>tls_entry</name>
    <message><source>TLS 1.2 and 1.3, BCP 195 of 2022 (RFC 8996, 9325)</source><translation>TLS 1.2 und 1.3, BCP 195 von 2022 (RFC 8996, 9325)</translation></message>
    <message><source>TLS 1.2 and 1.3, BCP 195 of 2022, modified</source><translation>TLS 1.2 und 1.3, BCP 195 von 2022, abgewandelt</translation></message>
    <message><source>TLS 1.2 and 1.3, BCP 195, non-downgrading</source><translation>TLS 1.2 und 1.3, BCP 195, ohne Rückfall</translation></message>
    <message><source>TLS 1.2, BCP 195, extended</source><translation>TLS 1.2, BCP 195, erweitert</translation></message>
    <message><source>TLS 1.0 to 1.3, BCP 195, for old peers</source><translation>TLS 1.0 bis 1.3, BCP 195, für alte Gegenstellen</translation></message>
    <message><source>AES, retired</source><translation>AES, zurückgezogen</translation></message>
    <message><source>3DES, retired</source><translation>3DES, zurückgezogen</translation></message>
    <message><source>No encryption, retired</source><translation>Keine Verschlüsselung, zurückgezogen</translation></message>
    <message><source>Required, from a trusted authority</source><translation>Verlangt, von einer vertrauten Stelle</translation></message>
    <message><source>Checked where one is presented</source><translation>Geprüft, wo eines vorgelegt wird</translation></message>
    <message><source>Not asked for</source><translation>Wird nicht verlangt</translation></message>
    <message><source>Must come from a trusted authority</source><translation>Muss von einer vertrauten Stelle kommen</translation></message>
    <message><source>Not checked: anybody can pose as the peer</source><translation>Nicht geprüft: jeder kann sich als die Gegenstelle ausgeben</translation></message>
</context>
<context>
    <name>tray</name>
    <message><source>listening as {name}</source><translation>lauscht als {name}</translation></message>
    <message><source>sending, {count} left</source><translation>sendet, noch {count}</translation></message>
</context>
<context>
    <name>when_done</name>
    <message><source>&amp;When everything is sent</source><translation>Wenn alles gesendet ist</translation></message>
    <message><source>Do &amp;nothing</source><translation>Nichts tun</translation></message>
    <message><source>Show a n&amp;otification</source><translation>Eine Benachrichtigung zeigen</translation></message>
    <message><source>&amp;Quit dicomdesk</source><translation>dicomdesk beenden</translation></message>
</context>
<context>
    <name>window_commands</name>
    <message><source>&amp;Quit</source><translation>Beenden</translation></message>
    <message><source>L&amp;og</source><translation>Protokoll</translation></message>
    <message><source>Open the &amp;folder of the log</source><translation>Ordner des Protokolls öffnen</translation></message>
    <message><source>&amp;Full screen</source><translation>Vollbild</translation></message>
    <message><source>&amp;Problems…</source><translation>Probleme…</translation></message>
    <message><source>&amp;Settings…</source><translation>Einstellungen…</translation></message>
    <message><source>&amp;Keys…</source><translation>Tasten…</translation></message>
    <message><source>&amp;Help</source><translation>Hil&amp;fe</translation></message>
    <message><source>Support &amp;bundle…</source><translation>Support-Paket…</translation></message>
    <message><source>&amp;About dicomdesk</source><translation>Über dicomdesk</translation></message>
</context>
<context>
    <name>wording</name>
    <message><source>{count} instance</source><translation>{count} Instanz</translation></message>
    <message><source>{count} instances</source><translation>{count} Instanzen</translation></message>
    <message><source>We</source><translation>Wir</translation></message>
    <message><source>The peer</source><translation>Die Gegenstelle</translation></message>
    <message><source>Instances go as {syntax}.</source><translation>Instanzen gehen als {syntax}.</translation></message>
    <message><source>{who} accepted {name} as {syntax}, which was not proposed: it cannot be used.</source><translation>{who}: {name} angenommen als {syntax}, was nicht vorgeschlagen war: es kann nicht verwendet werden.</translation></message>
    <message><source>{who} chose not to take {name} on this association.</source><translation>{who}: {name} auf dieser Verbindung nicht gewollt.</translation></message>
    <message><source>{who} did not take {name} and gave no reason.</source><translation>{who}: {name} ohne Angabe von Gründen nicht genommen.</translation></message>
    <message><source>{who} cannot take {name} at all.</source><translation>{who}: {name} geht überhaupt nicht.</translation></message>
    <message><source>{who} can take {name}, but not as {proposed}.</source><translation>{who}: {name} geht, aber nicht als {proposed}.</translation></message>
    <message><source>{who} do not take {name}: our acceptance rules leave it out.</source><translation>{who}: {name} nicht genommen: unsere Regeln lassen es aus.</translation></message>
    <message><source>{who} do not take {name}: not in our acceptance rules.</source><translation>{who}: {name} nicht genommen: nicht in unseren Regeln.</translation></message>
    <message><source>Accepted</source><translation>Angenommen</translation></message>
    <message><source>Encoding not proposed</source><translation>Kodierung nicht vorgeschlagen</translation></message>
    <message><source>Rejected by choice</source><translation>Absichtlich abgelehnt</translation></message>
    <message><source>Rejected, no reason</source><translation>Abgelehnt, ohne Grund</translation></message>
    <message><source>SOP class not taken</source><translation>SOP-Klasse nicht genommen</translation></message>
    <message><source>Encoding not taken</source><translation>Kodierung nicht genommen</translation></message>
</context>
</TS>
